#include "stl10/train/optimizer.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

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
    if (options.kind == OptimizerKind::kSgd) continue;
    group.second.push_back(at::zeros_like(group.values.back()));
    group.step_counts.push_back(at::zeros({}, parameter.options().requires_grad(false)));
  }
}

void Optimizer::zero_gradients() {
  for (Group& group : groups_) {
    for (at::Tensor& parameter : group.parameters) parameter.mutable_grad().reset();
  }
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
    if (options_.kind == OptimizerKind::kSgd) {
      step_sgd(group, gradients, base_rate_ * factor);
    } else {
      step_adam(group, gradients, base_rate_ * factor);
    }
  }
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

void Optimizer::step_sgd(Group& group, const std::vector<at::Tensor>& gradients, double rate) {
  // LibTorch takes no buffers where there is no momentum.
  const at::TensorList momentum =
      options_.momentum > 0 ? at::TensorList(group.first) : at::TensorList();
  at::_fused_sgd_(group.values, gradients, momentum, group.weight_decay, options_.momentum, rate,
                  /*dampening=*/0, /*nesterov=*/false, /*maximize=*/false,
                  /*is_first_step=*/false);
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
