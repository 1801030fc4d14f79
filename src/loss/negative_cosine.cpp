#include "stl10/loss/negative_cosine.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "stl10/base/unit_length.h"

namespace stl10 {

at::Tensor negative_cosine(const at::Tensor& p, const at::Tensor& z, const SharedRows& rows) {
  TORCH_CHECK(p.dim() == 2 && p.sizes() == z.sizes() && rows.count(p) > 0,
              "the cosine needs two (N, D), N above 0, not ", p.sizes(), " and ", z.sizes());
  return -rows.mean((unit_length(p) * unit_length(z)).sum(1));
}

}  // namespace stl10
