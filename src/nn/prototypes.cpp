#include "stl10/nn/prototypes.h"

#include <ATen/Functions.h>

#include "stl10/base/unit_length.h"

namespace stl10 {

PrototypesImpl::PrototypesImpl(int64_t dimensions, int64_t classes, InitStream& init) {
  weight = register_parameter("weight",
                              glorot_uniform({classes, dimensions}, dimensions, classes, init));
}

at::Tensor PrototypesImpl::forward(const at::Tensor& z) {
  return at::mm(unit_length(z), unit_length(weight).t());
}

}  // namespace stl10
