#include "stl10/evaluate/logistic_regression.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/optim/lbfgs.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "stl10/base/interrupt.h"

namespace stl10 {
namespace {

/// Features whose standard deviation is below this part of their largest value vary by rounding.
double constant_below(at::ScalarType type) {
  constexpr double kRoundings = 16;
  return kRoundings * (type == at::kDouble ? std::numeric_limits<double>::epsilon()
                                           : std::numeric_limits<float>::epsilon());
}

/// The largest principal axes of standardized features: orthonormal (D, k) and the variances along
/// them, ascending. By subspace iteration from evenly spaced images (Halko, Martinsson and Tropp
/// 2011, algorithm 4.4), which is exact where k = D and else as good as a preconditioner needs.
std::pair<at::Tensor, at::Tensor> principal_axes(const at::Tensor& x) {
  constexpr int64_t kAxes = 128, kRounds = 2;
  const int64_t k = std::min({kAxes, x.size(0), x.size(1)});
  at::Tensor axes = x.slice(0, 0, k * (x.size(0) / k), x.size(0) / k).t();
  if (k == x.size(1)) axes = at::eye(k, x.options());
  for (int64_t round = 0; round < kRounds; ++round) {
    axes = std::get<0>(at::linalg_qr(at::mm(x.t(), at::mm(x, axes))));
  }
  const at::Tensor projected = at::mm(x, axes);
  const auto [variances, rotation] =
      at::linalg_eigh(at::mm(projected.t(), projected) / static_cast<double>(x.size(0)));
  return {at::mm(axes, rotation), variances.clamp_min(0)};
}

}  // namespace

/// A linear change of variables, parameters = P·phi for each class, after which the curvatures
/// along the principal axes, and that of the bias, are about equal. P is symmetric, and ≥ 1, so
/// that a gradient that vanishes in phi vanishes in the parameters.
class LogisticRegressionFit::Preconditioner {
  static constexpr double kFlat = 1e-12;  ///< of the largest curvature: what counts as none

 public:
  /// @param curvature that of the loss along a feature of variance 1, about.
  Preconditioner(const at::Tensor& axes, const at::Tensor& variances, double curvature, double l2)
      : axes_(axes) {
    const at::Tensor curvatures = curvature * variances + l2;
    const double largest = std::max(curvatures.max().item<double>(), curvature);
    // Without a penalty, axes without variance have no curvature, and need none: no gradient
    // either.
    along_ = (largest / curvatures.clamp_min(kFlat * largest)).sqrt();
    elsewhere_ = along_.max().item<double>();
    bias_ = std::sqrt(largest / curvature);
  }

  at::Tensor parameters(const at::Tensor& phi) const {
    return times(phi, along_, elsewhere_, bias_);
  }
  at::Tensor phi(const at::Tensor& parameters) const {
    return times(parameters, 1 / along_, 1 / elsewhere_, 1 / bias_);
  }

 private:
  at::Tensor times(const at::Tensor& theta, const at::Tensor& along, double elsewhere,
                   double bias) const {
    const int64_t features = axes_.size(0);
    const at::Tensor weight = theta.slice(1, 0, features);
    const at::Tensor projected = at::mm(weight, axes_) * (along - elsewhere);
    return at::cat(
        {at::addmm(elsewhere * weight, projected, axes_.t()), theta.slice(1, features) * bias}, 1);
  }

  at::Tensor axes_, along_;
  double elsewhere_, bias_;
};

at::Tensor LogisticRegression::logits(const at::Tensor& x) const {
  return at::addmm(bias, (x.to(at::kDouble) - mean) / scale, weight.t());
}

double LogisticRegression::accuracy(const at::Tensor& x, const at::Tensor& labels) const {
  return logits(x).argmax(1).eq(labels).to(at::kDouble).mean().item<double>();
}

at::Tensor LogisticRegression::raw_weight() const { return weight / scale; }

at::Tensor LogisticRegression::raw_bias() const { return bias - at::mv(weight, mean / scale); }

std::pair<at::Tensor, at::Tensor> standardization_of(const at::Tensor& x) {
  const at::Tensor wide = x.to(at::kDouble);
  const at::Tensor mean = wide.mean(0);
  const at::Tensor deviation = (wide - mean).square().mean(0).sqrt();
  const at::Tensor varies = deviation > constant_below(x.scalar_type()) * wide.abs().amax(0);
  return {mean, at::where(varies, deviation, at::ones_like(deviation))};
}

LogisticRegressionFit::LogisticRegressionFit(const at::Tensor& x, const at::Tensor& labels,
                                             int64_t classes, at::ScalarType type,
                                             const at::Tensor& class_weights, const Group& group)
    : group_(group), classes_(classes), count_(static_cast<double>(x.size(0))) {
  constexpr int64_t kWide = 2;  // times as many features as images: coordinates pay
  TORCH_CHECK(x.dim() == 2 && x.size(0) > 0 && x.size(0) == labels.size(0),
              "x must be (N, D), labels (N)");
  const at::NoGradGuard no_grad;
  std::tie(mean_, scale_) = standardization_of(x);
  x_ = (x.to(at::kDouble) - mean_) / scale_;
  if (x_.size(1) > kWide * x_.size(0)) {
    const auto [q, r] = at::linalg_qr(x_.t());  // xᵀ = q·r, so x·w = rᵀ·(qᵀ·w)
    basis_ = q;
    x_ = r.t().contiguous();
  }
  const at::Tensor counts = at::bincount(labels, {}, classes);
  const at::Tensor present = counts.nonzero().flatten();
  present_.assign(present.data_ptr<int64_t>(), present.data_ptr<int64_t>() + present.numel());
  targets_ = labels.unsqueeze(1).eq(present).to(at::kDouble);
  if (class_weights.defined()) {
    image_weights_ = class_weights.index_select(0, labels).unsqueeze(1);
  }
  theta_ = at::zeros({present.numel(), x_.size(1) + 1}, at::kDouble);
  std::tie(axes_, variances_) = principal_axes(x_);
  const auto [first, last] = group.part_of(x.size(0));
  x_ = x_.slice(0, first, last).to(type);
  targets_ = targets_.slice(0, first, last);
  if (image_weights_.defined()) image_weights_ = image_weights_.slice(0, first, last);
}

double LogisticRegressionFit::objective(const at::Tensor& theta, double l2,
                                        at::Tensor& gradient) const {
  const int64_t features = x_.size(1);
  const at::Tensor weight = theta.slice(1, 0, features), bias = theta.select(1, features);
  const at::Tensor logits = at::mm(x_, weight.t().to(x_.scalar_type())).to(at::kDouble) + bias;
  const at::Tensor log_p = at::log_softmax(logits, 1);
  at::Tensor difference = (log_p.exp() - targets_) / count_;
  at::Tensor losses = targets_ * log_p;
  if (image_weights_.defined()) {
    difference = difference * image_weights_;
    losses = losses * image_weights_;
  }
  // Of the loss; the last row holds its value.
  const at::Tensor sums = at::zeros({theta.size(0) + 1, theta.size(1)}, theta.options());
  sums.slice(0, 0, -1).slice(1, 0, features).copy_(at::mm(difference.t().to(x_.scalar_type()), x_));
  sums.slice(0, 0, -1).select(1, features).copy_(difference.sum(0));
  sums[-1][0].copy_(losses.sum());
  const at::Tensor of_all = group_.sum(sums);
  gradient = of_all.slice(0, 0, -1);
  gradient.slice(1, 0, features).add_(l2 * weight);
  return -of_all[-1][0].item<double>() / count_ + 0.5 * l2 * weight.square().sum().item<double>();
}

int64_t LogisticRegressionFit::minimize(double l2, double tolerance, int64_t max_iterations) {
  const double curvature = 1 / static_cast<double>(present_.size());
  const Preconditioner preconditioner(axes_, variances_, curvature, l2);
  at::Tensor phi = preconditioner.phi(theta_);
  int64_t evaluations = 0;
  torch::optim::LBFGS lbfgs({phi}, torch::optim::LBFGSOptions(1)
                                       .max_iter(max_iterations)
                                       .max_eval(2 * max_iterations)
                                       .tolerance_grad(tolerance)
                                       .tolerance_change(0)
                                       .history_size(10)
                                       .line_search_fn("strong_wolfe"));
  lbfgs.step([&] {
    const at::NoGradGuard no_grad;
    throw_if_interrupted();
    ++evaluations;
    at::Tensor gradient;
    const double value = objective(preconditioner.parameters(phi), l2, gradient);
    phi.mutable_grad() = preconditioner.parameters(gradient);
    return at::scalar_tensor(value, at::kDouble);
  });
  theta_ = preconditioner.parameters(phi);
  return evaluations;
}

LogisticRegression LogisticRegressionFit::model() const {
  const int64_t columns = x_.size(1);
  at::Tensor weight = theta_.slice(1, 0, columns);
  if (basis_.defined()) weight = at::mm(weight, basis_.t());
  const at::Tensor present = at::tensor(present_, at::kLong);
  LogisticRegression model{.mean = mean_, .scale = scale_};
  model.weight = at::zeros({classes_, mean_.size(0)}, theta_.options());
  model.bias = at::full({classes_}, kAbsentBias, theta_.options());
  model.weight.index_copy_(0, present, weight);
  model.bias.index_copy_(0, present, theta_.select(1, columns));
  return model;
}

LogisticRegression fit_logistic_regression(const at::Tensor& x, const at::Tensor& labels,
                                           int64_t classes, double l2,
                                           const at::Tensor& class_weights, const Group& group) {
  LogisticRegressionFit fit(x, labels, classes, at::kDouble, class_weights, group);
  fit.minimize(l2);
  return fit.model();
}

}  // namespace stl10
