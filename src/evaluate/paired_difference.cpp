#include "stl10/evaluate/paired_difference.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>

namespace stl10 {

PairedDifference paired_difference(const at::Tensor& a, const at::Tensor& b) {
  constexpr double kNormal95 = 1.959963984540054;
  const auto n = static_cast<double>(a.numel());
  TORCH_CHECK(a.sizes() == b.sizes() && n >= 1, "a and b must be of the same images");
  const at::Tensor d = a.to(at::kDouble) - b.to(at::kDouble);
  const double mean = d.mean().item<double>();
  if (n == 1) return {.mean = mean, .low = -1, .high = 1};
  const double deviation = d.std(/*unbiased=*/true).item<double>();
  const double margin = kNormal95 * deviation / std::sqrt(n);
  return {.mean = mean, .low = mean - margin, .high = mean + margin};
}

}  // namespace stl10
