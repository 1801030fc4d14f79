#include "stl10/train/optimizer.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "stl10/train/update_rules.h"

namespace stl10 {
namespace {

/// The same memory along one axis: LibTorch's fused kernels take twice the time for weights in
/// channels_last order.
at::Tensor in_memory_order(const at::Tensor& tensor) {
  TORCH_CHECK(tensor.is_non_overlapping_and_dense(), "a parameter is a whole tensor");
  return tensor.detach().as_strided({tensor.numel()}, {1});
}

at::Tensor in_order_of(const at::Tensor& parameter, const at::Tensor& gradient) {
  if (gradient.strides() == parameter.strides()) return in_memory_order(gradient);
  return in_memory_order(at::empty_like(parameter).copy_(gradient));
}

}  // namespace

Optimizer::Optimizer(const OptimizerOptions& options, double base_rate,
                     const std::vector<NamedTensor>& parameters)
    : options_(options), base_rate_(base_rate), groups_(2) {
  groups_[0].weight_decay = options.weight_decay;
  for (const auto& [name, parameter] : parameters) {
    Group& group = groups_[parameter.dim() >= 2 ? 0 : 1];
    group.names.push_back(name);
    group.parameters.push_back(parameter);
    group.values.push_back(in_memory_order(parameter));
    group.first.push_back(at::zeros_like(group.values.back()));
    if (!takes_adam(group)) continue;
    group.second.push_back(at::zeros_like(group.values.back()));
    group.step_counts.push_back(at::zeros({}, parameter.options().requires_grad(false)));
  }
}

void Optimizer::zero_gradients() {
  for (Group& group : groups_) {
    for (at::Tensor& parameter : group.parameters) parameter.mutable_grad().reset();
  }
}

std::vector<at::Tensor> Optimizer::parameters() const {
  std::vector<at::Tensor> all;
  for (const Group& group : groups_) {
    all.insert(all.end(), group.parameters.begin(), group.parameters.end());
  }
  return all;
}

void Optimizer::step(double factor) {
  if (factor == 0) return;
  const at::NoGradGuard no_grad;
  ++steps_;
  for (Group& group : groups_) {
    std::vector<at::Tensor> gradients;
    for (size_t i = 0; i < group.parameters.size(); ++i) {
      TORCH_CHECK(group.parameters[i].grad().defined(), group.names[i], " has no gradient");
      gradients.push_back(in_order_of(group.parameters[i], group.parameters[i].grad()));
    }
    if (gradients.empty()) continue;
    step_group(group, gradients, factor);
  }
}

void Optimizer::step_group(Group& group, const std::vector<at::Tensor>& gradients, double factor) {
  const double rate = base_rate_ * factor;
  switch (options_.kind) {
    case OptimizerKind::kAdam:
    case OptimizerKind::kAdamW:
      return step_adam(group, gradients, rate);
    case OptimizerKind::kSgd:
      return step_sgd(group, gradients, group.weight_decay, rate);
    case OptimizerKind::kLars:
      return step_sgd(group, is_of_weights(group) ? adapted(group, gradients) : gradients, 0, rate);
    case OptimizerKind::kMuon:
      if (is_of_weights(group)) return step_muon(group, gradients, rate);
      return step_adam(group, gradients, options_.adam_learning_rate * factor);
  }
}

bool Optimizer::takes_adam(const Group& group) const {
  if (options_.kind == OptimizerKind::kMuon) return !is_of_weights(group);
  return options_.kind == OptimizerKind::kAdam || options_.kind == OptimizerKind::kAdamW;
}

void Optimizer::step_adam(Group& group, const std::vector<at::Tensor>& gradients, double rate) {
  // LibTorch adds epsilon after the bias correction of v; Keras before it.
  const double correction = std::sqrt(1 - std::pow(options_.beta2, static_cast<double>(steps_)));
  const double epsilon = options_.epsilon / correction;
  at::_foreach_add_(group.step_counts, 1);
  if (options_.kind == OptimizerKind::kAdamW) {
    at::_fused_adamw_(group.values, gradients, group.first, group.second, {}, group.step_counts,
                      rate, options_.beta1, options_.beta2, group.weight_decay, epsilon,
                      /*amsgrad=*/false, /*maximize=*/false);
  } else {
    at::_fused_adam_(group.values, gradients, group.first, group.second, {}, group.step_counts,
                     rate, options_.beta1, options_.beta2, group.weight_decay, epsilon,
                     /*amsgrad=*/false, /*maximize=*/false);
  }
}

void Optimizer::step_sgd(Group& group, const std::vector<at::Tensor>& gradients, double decay,
                         double rate) {
  // LibTorch takes no buffers where there is no momentum.
  const at::TensorList momentum =
      options_.momentum > 0 ? at::TensorList(group.first) : at::TensorList();
  at::_fused_sgd_(group.values, gradients, momentum, decay, options_.momentum, rate,
                  /*dampening=*/0, /*nesterov=*/false, /*maximize=*/false,
                  /*is_first_step=*/false);
}

std::vector<at::Tensor> Optimizer::adapted(const Group& group,
                                           const std::vector<at::Tensor>& gradients) const {
  std::vector<at::Tensor> result;
  for (size_t i = 0; i < gradients.size(); ++i) {
    const at::Tensor& w = group.values[i];
    const at::Tensor ratio =
        lars_ratio(w, gradients[i], group.weight_decay, options_.trust_coefficient);
    result.push_back((gradients[i] + group.weight_decay * w) * ratio);
  }
  return result;
}

void Optimizer::step_muon(Group& group, const std::vector<at::Tensor>& gradients, double rate) {
  constexpr int64_t kNewtonSchulzSteps = 5;
  for (size_t i = 0; i < gradients.size(); ++i) {
    const at::Tensor& momentum = group.first[i].lerp_(gradients[i], 1 - options_.momentum);
    const at::Tensor ahead = gradients[i].lerp(momentum, options_.momentum);  // Nesterov's
    const int64_t rows = group.parameters[i].size(0), columns = ahead.numel() / rows;
    // In memory order the columns of a channels_last weight are permuted; so are those of U·Vᵀ.
    const at::Tensor update = orthogonalized(ahead.view({rows, columns}), kNewtonSchulzSteps);
    const double scale =
        std::sqrt(std::max(1.0, static_cast<double>(rows) / static_cast<double>(columns)));
    group.values[i].mul_(1 - rate * group.weight_decay);
    group.values[i].view({rows, columns}).sub_(update, rate * scale);
  }
}

std::map<std::string, at::Tensor> Optimizer::state() const {
  std::map<std::string, at::Tensor> tensors;
  for (const Group& group : groups_) {
    for (size_t i = 0; i < group.names.size(); ++i) {
      const at::Tensor& parameter = group.parameters[i];
      const auto shaped = [&parameter](const at::Tensor& moment) {
        return moment.as_strided(parameter.sizes(), parameter.strides());
      };
      tensors["first." + group.names[i]] = shaped(group.first[i]);
      if (!group.second.empty()) tensors["second." + group.names[i]] = shaped(group.second[i]);
    }
  }
  return tensors;
}

void Optimizer::set_steps(int64_t steps) {
  const at::NoGradGuard no_grad;
  steps_ = steps;
  for (Group& group : groups_) {
    for (at::Tensor& count : group.step_counts) count.fill_(static_cast<double>(steps));
  }
}

}  // namespace stl10
