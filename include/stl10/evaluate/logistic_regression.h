#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "stl10/base/group.h"

/// Multinomial logistic regression on standardized features. N images, D features, K classes.
namespace stl10 {

/// A fitted model.
struct LogisticRegression {
  /// double (D): mean and standard deviation of the training features; (nearly) constant ones have
  /// scale 1.
  at::Tensor mean, scale;
  at::Tensor weight, bias;  ///< double (K, D) and (K), of standardized features

  /// x any floating type (N, D) → double (N, K).
  at::Tensor logits(const at::Tensor& x) const;

  /// Share of x's rows whose label is the most probable class. @param labels int64 (N).
  double accuracy(const at::Tensor& x, const at::Tensor& labels) const;

  /// The same model on features as they are: logits = x·weightᵀ + bias. @return double.
  at::Tensor raw_weight() const;
  at::Tensor raw_bias() const;
};

/// Mean and standard deviation of each feature, double (D); (nearly) constant ones have scale 1:
/// those that vary by rounding alone. @param x any floating type (N, D).
std::pair<at::Tensor, at::Tensor> standardization_of(const at::Tensor& x);

/// The bias of classes without training images, whose weights are 0: probability 0 even in float32,
/// and still a number that can be saved and judged.
inline constexpr double kAbsentBias = -1e4;

/// Minimizes mean cross-entropy + l2/2·‖weight‖² by L-BFGS with strong Wolfe line search (Nocedal
/// and Wright 2006, algorithms 7.4 and 3.5). The bias is not penalized. In scikit-learn's terms,
/// C = 1/(l2·N) and class_weight after StandardScaler, or 2/(l2·N) for two classes, where that fits
/// one sigmoid. Where D is far above N, it works in the N dimensions that the images span, which
/// the optimum lies in. A preconditioner keeps features whose variance lies along few axes, as that
/// of pixels, from taking hundreds of iterations.
class LogisticRegressionFit {
 public:
  /// Standardizes the features once.
  /// @param x any floating type (N, D) on the CPU, N ≥ 1. @param labels int64 (N) in [0, classes).
  /// @param type kDouble, or kFloat where the products with x may be in float32, at twice the
  /// speed: enough to compare values of l2; weights, sums and the loss stay float64.
  /// @param class_weights double (classes): what each image's loss is multiplied with, by its
  /// label; undefined: 1.
  /// @param group processes that all fit the same images, each evaluating its part of them.
  LogisticRegressionFit(const at::Tensor& x, const at::Tensor& labels, int64_t classes,
                        at::ScalarType type = at::kDouble, const at::Tensor& class_weights = {},
                        const Group& group = {});

  /// Goes on from the present weights (0 at first) until the gradient's largest entry is below
  /// `tolerance` or after `max_iterations`. @return evaluations of the objective.
  /// @throws Interrupted.
  int64_t minimize(double l2, double tolerance = 1e-6, int64_t max_iterations = 1000);

  LogisticRegression model() const;

  /// Classes that have training images, ascending.
  const std::vector<int64_t>& present() const { return present_; }

 private:
  class Preconditioner;

  /// The objective at theta, laid out as `theta_`, and its gradient.
  double objective(const at::Tensor& theta, double l2, at::Tensor& gradient) const;

  Group group_;
  int64_t classes_;
  double count_;  ///< N; of the following three the rows are this process's part
  std::vector<int64_t> present_;
  at::Tensor mean_, scale_;
  at::Tensor x_;              ///< standardized features (N, D), or their coordinates (N, N)
  at::Tensor targets_;        ///< one-hot (N, present classes)
  at::Tensor image_weights_;  ///< (N, 1), of the images' losses; undefined: 1
  at::Tensor basis_;  ///< from coordinates to features (D, N); undefined where there are none
  at::Tensor theta_;  ///< [weight | bias] (present classes, columns of x + 1)
  at::Tensor axes_, variances_;  ///< principal ones of x
};

/// The model of one l2 from new weights.
LogisticRegression fit_logistic_regression(const at::Tensor& x, const at::Tensor& labels,
                                           int64_t classes, double l2,
                                           const at::Tensor& class_weights = {},
                                           const Group& group = {});

}  // namespace stl10
