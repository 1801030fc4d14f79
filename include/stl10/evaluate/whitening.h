#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace stl10 {

/// Principal components of features, each with variance 1: (x − mean) · projection.
struct Whitening {
  at::Tensor mean;        ///< double (D)
  at::Tensor projection;  ///< double (D, k): an axis over the deviation along it

  /// x (N, D) → float (N, k).
  at::Tensor operator()(const at::Tensor& x) const;
};

/// The k components of largest variance of x float (N, D), variances divided by N; in float64.
/// @throws ConfigError where the features vary in fewer directions.
Whitening fit_whitening(const at::Tensor& x, int64_t k);

}  // namespace stl10
