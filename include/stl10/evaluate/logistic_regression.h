#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace stl10 {

/// Multinomial logistic regression on standardized features.
struct LogisticRegression {
  at::Tensor mean,
      scale;  ///< double (D): of the training features; (nearly) constant ones have scale 1
  at::Tensor weight, bias;  ///< double (K, D) and (K)

  /// x any floating type (N, D) → double (N, K).
  at::Tensor logits(const at::Tensor& x) const;

  /// Share of x's rows whose label is the most probable class. @param labels int64 (N).
  double accuracy(const at::Tensor& x, const at::Tensor& labels) const;
};

/// Minimizes mean cross-entropy + l2/2·‖weight‖² by L-BFGS with strong Wolfe line search (Nocedal
/// and Wright 2006, algorithms 7.4 and 3.5) in float64, until the gradient's largest entry is below
/// `tolerance` or after `max_iterations`. The bias is not penalized. In scikit-learn's terms,
/// C = 1/(l2·N) after StandardScaler.
/// @param x any floating type (N, D). @param labels int64 (N) in [0, classes).
LogisticRegression fit_logistic_regression(const at::Tensor& x, const at::Tensor& labels,
                                           int64_t classes, double l2, int64_t max_iterations = 500,
                                           double tolerance = 1e-6);

}  // namespace stl10
