#include "stl10/nn/shared_norm.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

#include <vector>

#include "stl10/base/kept_group.h"

namespace stl10 {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor in_float_at_least(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
}

/// All axes but that of the channels.
std::vector<int64_t> other_axes(const at::Tensor& x) {
  std::vector<int64_t> axes = {0};
  for (int64_t axis = 2; axis < x.dim(); ++axis) axes.push_back(axis);
  return axes;
}

/// (C) as it meets x.
at::Tensor along_channels(const at::Tensor& values, const at::Tensor& x) {
  std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
  shape[1] = values.size(0);
  return values.reshape(shape);
}

class SharedNorm : public torch::autograd::Function<SharedNorm> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, const at::Tensor& mean,
                            const at::Tensor& inverse_deviation, int64_t count,
                            const Group& group) {
    keep(*context, group);
    context->saved_data["count"] = count;
    context->save_for_backward({x, weight.detach(), mean, inverse_deviation});
    // As LibTorch's own, so that rounding differs the least.
    const at::Tensor scale = weight.detach() * inverse_deviation;
    const at::Tensor offset = bias.detach() - mean * scale;
    return at::addcmul(along_channels(offset, x), in_float_at_least(x), along_channels(scale, x))
        .to(x.scalar_type());
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &inverse = saved[3];
    const at::Tensor g = in_float_at_least(gradients[0]);
    const at::Tensor centered = in_float_at_least(x) - along_channels(saved[2], x);
    const std::vector<int64_t> axes = other_axes(x);
    const at::Tensor sums =
        at::stack({g.sum(axes, false, at::kDouble), (g * centered).sum(axes, false, at::kDouble)});
    const auto in_type = [&](const at::Tensor& values) { return values.to(inverse.scalar_type()); };
    variable_list all(7);
    all[1] = in_type(sums[1]) * inverse;
    all[2] = in_type(sums[0]);
    if (!context->needs_input_grad(0)) return all;
    const at::Tensor means = in_type(kept_group(*context).sum(sums) /
                                     static_cast<double>(context->saved_data["count"].toInt()));
    const at::Tensor slope = along_channels(means[1] * inverse.square(), x);
    all[0] =
        ((g - along_channels(means[0], x) - centered * slope) * along_channels(weight * inverse, x))
            .to(x.scalar_type());
    return all;
  }
};

}  // namespace

CountedStatistics own_statistics(const at::Tensor& x) {
  const at::Tensor values = in_float_at_least(x.detach());
  const int64_t channels = x.size(1), count = x.numel() / channels;
  if (count == 0) {
    const at::Tensor none = at::zeros({channels}, values.options().dtype(at::kDouble));
    return {{none, none}, 0};
  }
  const std::vector<int64_t> axes = other_axes(x);
  const at::Tensor mean = values.mean(axes, /*keepdim=*/false, at::kDouble);
  const at::Tensor centered = values - along_channels(mean.to(values.scalar_type()), x);
  return {{mean, centered.square().mean(axes, /*keepdim=*/false, at::kDouble)}, count};
}

CountedStatistics of_all_processes(const CountedStatistics& own, const Group& group) {
  if (group.is_one()) return own;
  const at::Tensor mean = own.statistics.mean.to(at::kDouble);
  const at::Tensor square = own.statistics.variance.to(at::kDouble) + mean.square();
  const auto count = static_cast<double>(own.count);
  const at::Tensor counts = at::full({1}, count, mean.options());
  const at::Tensor sums = group.sum(at::cat({counts, mean * count, square * count}));
  const int64_t channels = mean.size(0);
  const at::Tensor moments = sums.slice(0, 1) / sums[0];
  const at::Tensor all_mean = moments.slice(0, 0, channels);
  const at::Tensor variance = (moments.slice(0, channels) - all_mean.square()).clamp_min(0);
  const at::ScalarType type = own.statistics.mean.scalar_type();
  return {{all_mean.to(type), variance.to(type)}, static_cast<int64_t>(sums[0].item<double>())};
}

PatchMoments of_all_processes(const PatchMoments& own, const Group& group) {
  if (group.is_one()) return own;
  const int64_t taps = own.mean.size(0);
  const auto count = static_cast<double>(own.count);
  at::Tensor sums = at::zeros({1 + taps + taps * taps}, at::kDouble);
  if (own.count > 0) {
    const at::Tensor square = own.covariance + own.mean.outer(own.mean);
    sums = at::cat({at::ones({1}, at::kDouble), own.mean, square.flatten()}) * count;
  }
  sums = group.sum(sums);
  const at::Tensor moments = sums / sums[0];
  const at::Tensor mean = moments.slice(0, 1, 1 + taps);
  const at::Tensor square = moments.slice(0, 1 + taps).reshape({taps, taps});
  return {static_cast<int64_t>(sums[0].item<double>()), mean, square - mean.outer(mean)};
}

at::Tensor shared_batch_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                             const CountedStatistics& of_all, double epsilon, const Group& group) {
  const at::ScalarType type = weight.scalar_type();
  const at::Tensor inverse = (of_all.statistics.variance + epsilon).rsqrt().to(type);
  return SharedNorm::apply(x, weight, bias, of_all.statistics.mean.to(type), inverse, of_all.count,
                           group);
}

}  // namespace stl10
