#include "stl10/evaluate/logistic_regression.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/optim/lbfgs.h>

namespace stl10 {
namespace {

/// Features whose standard deviation is below this part of their largest value count as constant.
constexpr double kConstant = 1e-10;

at::Tensor standardized(const LogisticRegression& model, const at::Tensor& x) {
  return (x.to(at::kDouble) - model.mean) / model.scale;
}

/// Sets the gradients of `theta` = [weight | bias] (K, D + 1) and returns the objective.
at::Tensor objective(at::Tensor& theta, const at::Tensor& x, const at::Tensor& targets, double l2) {
  const at::NoGradGuard no_grad;
  const int64_t features = x.size(1);
  const double count = static_cast<double>(x.size(0));
  const at::Tensor weight = theta.slice(1, 0, features), bias = theta.select(1, features);
  const at::Tensor log_p = at::log_softmax(at::addmm(bias, x, weight.t()), 1);
  const at::Tensor difference = (log_p.exp() - targets) / count;
  at::Tensor gradient = at::empty_like(theta);
  gradient.slice(1, 0, features).copy_(at::addmm(l2 * weight, difference.t(), x));
  gradient.select(1, features).copy_(difference.sum(0));
  theta.mutable_grad() = gradient;
  return -(targets * log_p).sum() / count + 0.5 * l2 * weight.square().sum();
}

}  // namespace

at::Tensor LogisticRegression::logits(const at::Tensor& x) const {
  return at::addmm(bias, standardized(*this, x), weight.t());
}

double LogisticRegression::accuracy(const at::Tensor& x, const at::Tensor& labels) const {
  return logits(x).argmax(1).eq(labels).to(at::kDouble).mean().item<double>();
}

LogisticRegression fit_logistic_regression(const at::Tensor& x, const at::Tensor& labels,
                                           int64_t classes, double l2, int64_t max_iterations,
                                           double tolerance) {
  TORCH_CHECK(x.dim() == 2 && x.size(0) == labels.size(0), "x must be (N, D), labels (N)");
  LogisticRegression model;
  const at::Tensor wide = x.detach().to(at::kDouble);
  model.mean = wide.mean(0);
  const at::Tensor deviation = (wide - model.mean).square().mean(0).sqrt();
  // A constant that no double is, 0.1, deviates from its mean by rounding.
  const at::Tensor varies = deviation > kConstant * wide.abs().amax(0);
  model.scale = at::where(varies, deviation, at::ones_like(deviation));
  const at::Tensor features = standardized(model, wide);
  const at::Tensor targets = at::one_hot(labels, classes).to(at::kDouble);
  at::Tensor theta = at::zeros({classes, features.size(1) + 1}, features.options());
  torch::optim::LBFGS lbfgs({theta}, torch::optim::LBFGSOptions(1)
                                         .max_iter(max_iterations)
                                         .max_eval(2 * max_iterations)
                                         .tolerance_grad(tolerance)
                                         .tolerance_change(0)
                                         .line_search_fn("strong_wolfe"));
  lbfgs.step([&] { return objective(theta, features, targets, l2); });
  model.weight = theta.slice(1, 0, features.size(1)).clone();
  model.bias = theta.select(1, features.size(1)).clone();
  return model;
}

}  // namespace stl10
