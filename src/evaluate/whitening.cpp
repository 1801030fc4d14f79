#include "stl10/evaluate/whitening.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>
#include <string>

#include "stl10/base/error.h"

namespace stl10 {

at::Tensor Whitening::operator()(const at::Tensor& x) const {
  return at::mm(x.to(at::kDouble) - mean, projection).to(at::kFloat);
}

Whitening fit_whitening(const at::Tensor& x, int64_t k) {
  constexpr double kRounding =
      1e-10;  // of the largest variance: what float32 features have besides
  const at::Tensor wide = x.to(at::kDouble), mean = wide.mean(0), centered = wide - mean;
  const auto count = static_cast<double>(x.size(0));
  const bool few = x.size(0) < x.size(1);  // then the images' products are the smaller matrix
  const auto [variances, vectors] =
      at::linalg_eigh((few ? at::mm(centered, centered.t()) : at::mm(centered.t(), centered)) /
                      count);  // ascending
  const int64_t all = variances.size(0);
  const int64_t varying =
      variances.gt(kRounding * variances[all - 1].item<double>()).sum().item<int64_t>();
  if (k > varying) {
    throw ConfigError({"the features don't vary in as many directions",
                       "at most " + std::to_string(varying) + " components", std::to_string(k),
                       "lower --whiten"});
  }
  const at::Tensor largest = vectors.slice(1, all - k).flip(1);
  const at::Tensor deviations = variances.slice(0, all - k).flip(0).sqrt();
  // An image's coordinates over √N are the axis over its deviation, seen from the other side.
  const at::Tensor axes =
      few ? at::mm(centered.t(), largest) / (deviations * std::sqrt(count)) : largest;
  return {mean, axes / deviations};
}

}  // namespace stl10
