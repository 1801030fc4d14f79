#include "stl10/base/unit_length.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace stl10 {

at::Tensor unit_length(const at::Tensor& x) {
  constexpr double kShortest = 1e-12;
  const at::Tensor wide = x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
  const at::Tensor length = wide.norm(2, 1, /*keepdim=*/true);
  return at::where(length.gt(kShortest), wide / length.clamp_min(kShortest), at::zeros_like(wide));
}

}  // namespace stl10
