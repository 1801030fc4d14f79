#include "stl10/tasks/linear_fit.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <tuple>

#include "stl10/base/error.h"
#include "stl10/evaluate/logistic_regression.h"
#include "stl10/evaluate/whitening.h"
#include "stl10/tasks/feature_task.h"
#include "stl10/train/trainer.h"

namespace stl10 {
namespace {

/// Learning rates that sgd chooses from, for standardized features.
constexpr double kRates[] = {1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001};

struct StepsSetting {
  FeatureTaskOptions task;
  int64_t epochs;
  bool standardized;
};

StepsSetting setting_of(const LinearFitOptions& options, double rate,
                        const at::Tensor& class_weights, at::Device device) {
  StepsSetting setting =
      options.optimizer == ProbeOptimizer::kSgd
          ? StepsSetting{.task = {.batch_size = 256,
                                  .optimizer = {.kind = OptimizerKind::kSgd},
                                  .schedule = {.decay = Decay::kCosine}},
                         .epochs = 100,
                         .standardized = true}
          : StepsSetting{.task = {.batch_size = 25}, .epochs = 40, .standardized = false};
  setting.task.learning_rate = rate;
  if (class_weights.defined()) setting.task.class_weights = class_weights.to(device);
  setting.task.batch_size = options.batch_size.value_or(setting.task.batch_size);
  setting.epochs = options.epochs.value_or(setting.epochs);
  return setting;
}

std::vector<int64_t> absent_classes(const at::Tensor& labels, int64_t classes) {
  std::vector<int64_t> absent;
  const at::Tensor counts = at::bincount(labels, {}, classes);
  for (int64_t k = 0; k < classes; ++k) {
    if (counts[k].item<int64_t>() == 0) absent.push_back(k);
  }
  return absent;
}

LinearModel fit_by_steps(const StepsSetting& setting, const LabeledFeatures& all, int64_t classes,
                         uint64_t seed, const Compute& compute) {
  LogisticRegression model;  // standardization of 0 and 1 leaves features as they are
  model.mean = at::zeros({all.x.size(1)}, at::kDouble);
  model.scale = at::ones_like(model.mean);
  if (setting.standardized) std::tie(model.mean, model.scale) = standardization_of(all.x);
  const at::Tensor x = ((all.x - model.mean) / model.scale).to(compute.device, at::kFloat);
  FeatureTask task(setting.task, x, all.labels, classes, seed);
  train({.epochs = setting.epochs}, task, {}, {});
  const at::NoGradGuard no_grad;
  model.weight = task.classifier()->weight.to(at::kCPU, at::kDouble);
  model.bias = task.classifier()->bias.to(at::kCPU, at::kDouble);
  const std::vector<int64_t> absent = absent_classes(all.labels, classes);
  for (const int64_t k : absent) {
    model.weight[k].zero_();
    model.bias[k].fill_(kAbsentBias);
  }
  return {.weight = model.raw_weight().to(at::kFloat),
          .bias = model.raw_bias().to(at::kFloat),
          .learning_rate = setting.task.learning_rate,
          .absent = absent};
}

Candidate tried_rate(const StepsSetting& setting, const std::vector<HeldOutFeatures>& parts,
                     int64_t classes, uint64_t seed, const Compute& compute) {
  const double rate = setting.task.learning_rate;
  Candidate candidate{.value = rate};
  double count = 0;
  for (const auto& [train, held_out] : parts) {
    try {
      const LinearModel model = fit_by_steps(setting, train, classes, seed, compute);
      add_held_out(model.logits(held_out.x), held_out.labels, candidate,
                   setting.task.class_weights.defined() ? setting.task.class_weights.to(at::kCPU)
                                                        : at::Tensor());
    } catch (const Diverged&) {  // whatever the other parts say
      return {.value = rate, .loss = std::numeric_limits<double>::infinity()};
    }
    count += static_cast<double>(held_out.labels.size(0));
  }
  candidate.loss /= count;
  candidate.accuracy /= count;
  return candidate;
}

Choice choose_rate(const std::vector<HeldOutFeatures>& parts, int64_t classes, uint64_t seed,
                   const Compute& compute, const std::function<StepsSetting(double)>& setting) {
  Choice choice;
  size_t best = 0;
  for (const double rate : kRates) {
    choice.path.push_back(tried_rate(setting(rate), parts, classes, seed, compute));
    if (choice.path.back().loss < choice.path[best].loss) best = choice.path.size() - 1;
  }
  if (!std::isfinite(choice.path[best].loss)) {
    throw Diverged({"the probe diverged with each learning rate", "finite losses",
                    "NaN or infinity in a part of the labels",
                    "use --optimizer lbfgs, or give a lower --learning-rate"});
  }
  settle(choice, best, std::size(kRates));
  return choice;
}

LinearModel fit_to_optimum(double l2, const LabeledFeatures& all, int64_t classes,
                           const at::Tensor& class_weights, const Group& group) {
  const LogisticRegression model =
      fit_logistic_regression(all.x, all.labels, classes, l2, class_weights, group);
  return {.weight = model.raw_weight().to(at::kFloat),
          .bias = model.raw_bias().to(at::kFloat),
          .l2 = l2,
          .absent = absent_classes(all.labels, classes)};
}

/// Fits to the principal components; the model takes features as they are all the same.
LinearModel fit_whitened(LinearFitOptions options, const LabeledFeatures& all,
                         const std::vector<HeldOutFeatures>& parts, int64_t classes, uint64_t seed,
                         const Compute& compute) {
  const Whitening whitened = fit_whitening(all.x, *options.whiten);
  options.whiten.reset();
  std::vector<HeldOutFeatures> components;
  for (const auto& [train, held_out] : parts) {
    components.push_back(
        {{whitened(train.x), train.labels}, {whitened(held_out.x), held_out.labels}});
  }
  LinearModel model =
      fit_linear(options, {whitened(all.x), all.labels}, components, classes, seed, compute);
  const at::Tensor weight = at::mm(model.weight.to(at::kDouble), whitened.projection.t());
  model.bias = (model.bias - at::mv(weight, whitened.mean)).to(at::kFloat);
  model.weight = weight.to(at::kFloat);
  return model;
}

void refuse(const char* flag, const char* optimizer) {
  throw UsageError({std::string(flag) + " is not for this optimizer",
                    std::string("--optimizer ") + optimizer, "", "leave one of the two out"});
}

}  // namespace

void check(const LinearFitOptions& options) {
  if (options.optimizer != ProbeOptimizer::kLbfgs) {
    if (options.l2) refuse("--l2", "lbfgs");
    return;
  }
  if (options.learning_rate) refuse("--learning-rate", "sgd or adam");
  if (options.epochs) refuse("--epochs", "sgd or adam");
  if (options.batch_size) refuse("--batch-size", "sgd or adam");
}

bool chooses(const LinearFitOptions& options) {
  switch (options.optimizer) {
    case ProbeOptimizer::kLbfgs:
      return !options.l2;
    case ProbeOptimizer::kSgd:
      return !options.learning_rate;
    case ProbeOptimizer::kAdam:
      break;
  }
  return false;
}

std::string way_without_choice(const LinearFitOptions& options) {
  if (!chooses(options)) return "--no-floors";
  return options.optimizer == ProbeOptimizer::kLbfgs ? "--l2 and --no-floors"
                                                     : "--learning-rate and --no-floors";
}

at::Tensor LinearModel::logits(const at::Tensor& x) const { return at::addmm(bias, x, weight.t()); }

LinearModel fit_linear(const LinearFitOptions& options, const LabeledFeatures& all,
                       const std::vector<HeldOutFeatures>& parts, int64_t classes, uint64_t seed,
                       const Compute& compute) {
  constexpr double kNaiveRate = 1e-3;
  if (options.whiten) return fit_whitened(options, all, parts, classes, seed, compute);
  std::optional<Choice> choice;
  LinearModel model;
  const at::Tensor weights = class_weights_of(options.class_weights, all.labels, classes);
  if (options.optimizer == ProbeOptimizer::kLbfgs) {
    if (!options.l2) choice = choose_l2(parts, classes, l2_values(), weights, compute.group);
    model =
        fit_to_optimum(choice ? choice->value : *options.l2, all, classes, weights, compute.group);
  } else {
    const auto setting = [&](double rate) {
      return setting_of(options, rate, weights, compute.device);
    };
    if (chooses(options)) choice = choose_rate(parts, classes, seed, compute, setting);
    const double rate = choice ? choice->value : options.learning_rate.value_or(kNaiveRate);
    model = fit_by_steps(setting(rate), all, classes, seed, compute);
  }
  model.choice = choice;
  return model;
}

}  // namespace stl10
