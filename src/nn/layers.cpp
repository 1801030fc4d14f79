#include "stl10/nn/layers.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "stl10/base/philox.h"
#include "stl10/nn/conv_norm.h"
#include "stl10/nn/norm_relu.h"

namespace stl10 {
namespace {

constexpr double kEpsilon = 1e-5;  // of batch normalization

/// Along one direction: the taps that meet the image at any place, and the padding that they need.
struct Reach {
  int64_t first_tap, taps, before, after;
};

/// The only reaching tap of three on a padded map of one pixel is the middle one.
Reach reach_of(int64_t side, int64_t kernel, int64_t stride, Padding padding) {
  const int64_t last = (convolved_side(side, kernel, stride, padding) - 1) * stride;
  const int64_t before =
      padding == Padding::kSame ? std::max<int64_t>(last + kernel - side, 0) / 2 : (kernel - 1) / 2;
  const int64_t first_tap = std::max<int64_t>(before - last, 0);
  const int64_t taps = std::min(kernel, before + side) - first_tap;
  return {first_tap, taps, before - first_tap,
          std::max<int64_t>(last + taps - side - (before - first_tap), 0)};
}

/// Whether as many zeros behind as before do: at least as many, and no further place for the
/// kernel.
bool is_symmetric(const Reach& reach, int64_t side, int64_t stride) {
  const int64_t needed = side + reach.before + reach.after - reach.taps;
  const int64_t given = side + 2 * reach.before - reach.taps;
  return given >= needed && given / stride == needed / stride;
}

/// @param values a channel.
void check_values(int64_t values) {
  TORCH_CHECK(values > 1, "batch normalization needs two values a channel to train on, not ",
              values);
}

}  // namespace

int64_t convolved_side(int64_t side, int64_t kernel, int64_t stride, Padding padding) {
  if (padding == Padding::kSame) return (side + stride - 1) / stride;
  const int64_t padded = padding == Padding::kSymmetric ? side + (kernel - 1) / 2 * 2 : side;
  return padded < kernel ? 0 : (padded - kernel) / stride + 1;
}

at::Tensor he_normal(at::IntArrayRef shape, int64_t fan_out, InitStream& init) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  const double deviation = std::sqrt(2.0 / static_cast<double>(fan_out));
  Philox random(init.seed, {Purpose::kInit, 0, init.next_tensor++, 0});
  float* values = tensor.data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i) {  // Box and Muller 1958, one of each two
    const double radius = std::sqrt(-2 * std::log(1 - double{random.uniform()}));
    const double turns = double{random.uniform()};
    values[i] = static_cast<float>(deviation * radius * std::cos(2 * std::numbers::pi * turns));
  }
  return tensor;
}

at::Tensor glorot_uniform(at::IntArrayRef shape, int64_t fan_in, int64_t fan_out,
                          InitStream& init) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  const float limit = std::sqrt(6.0f / static_cast<float>(fan_in + fan_out));
  Philox random(init.seed, {Purpose::kInit, 0, init.next_tensor++, 0});
  float* values = tensor.data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = random.uniform(-limit, limit);
  return tensor;
}

ConvImpl::ConvImpl(int64_t in, int64_t out, int64_t kernel, int64_t stride, Padding padding,
                   InitStream& init, bool has_bias, InitialWeights initial)
    : kernel_(kernel), stride_(stride), padding_(padding) {
  const int64_t taps = kernel * kernel;
  const std::array<int64_t, 4> shape = {out, in, kernel, kernel};
  const at::Tensor drawn = initial == InitialWeights::kGlorot
                               ? glorot_uniform(shape, in * taps, out * taps, init)
                               : he_normal(shape, out * taps, init);
  weight = register_parameter("weight", drawn.contiguous(at::MemoryFormat::ChannelsLast));
  if (has_bias) bias = register_parameter("bias", at::zeros({out}));
}

at::Tensor ConvImpl::forward(const at::Tensor& x) { return convolved(x, bias); }

at::Tensor ConvImpl::convolved(const at::Tensor& x, const at::Tensor& added) {
  // Not by oneDNN 3.10, which writes beyond the gradients of these weights where a vector holds
  // more channels than there are.
  if (kernel_ == 1 && stride_ > 1) return of_every_other(x, added);
  if (padding_ == Padding::kValid) return at::conv2d(x, weight, added, stride_);
  const Reach rows = reach_of(x.size(2), kernel_, stride_, padding_);
  const Reach columns = reach_of(x.size(3), kernel_, stride_, padding_);
  if (x.size(2) == 1 && x.size(3) == 1 && rows.taps == 1 && columns.taps == 1) {
    return of_pixel(x, rows.first_tap * kernel_ + columns.first_tap, added);
  }
  // The others cost time, and oneDNN 3.10 leaves their gradients in bfloat16 unwritten.
  at::Tensor reaching = weight;
  if (rows.taps < kernel_ || columns.taps < kernel_) {
    reaching = weight.slice(2, rows.first_tap, rows.first_tap + rows.taps)
                   .slice(3, columns.first_tap, columns.first_tap + columns.taps);
  }
  if (is_symmetric(rows, x.size(2), stride_) && is_symmetric(columns, x.size(3), stride_)) {
    return at::conv2d(x, reaching, added, stride_, {rows.before, columns.before});
  }
  const at::Tensor padded =
      at::constant_pad_nd(x, {columns.before, columns.after, rows.before, rows.after});
  return at::conv2d(padded, reaching, added, stride_);
}

at::Tensor ConvImpl::of_pixel(const at::Tensor& x, int64_t tap, const at::Tensor& added) {
  const int64_t in = weight.size(1), out = weight.size(0);
  const at::Tensor taps = weight.permute({0, 2, 3, 1}).reshape({out, kernel_ * kernel_ * in});
  const at::Tensor y = at::linear(x.reshape({x.size(0), in}), taps.narrow(1, tap * in, in), added);
  return y.reshape({x.size(0), out, 1, 1});
}

at::Tensor ConvImpl::of_every_other(const at::Tensor& x, const at::Tensor& added) {
  const at::Tensor seen = x.slice(2, 0, x.size(2), stride_).slice(3, 0, x.size(3), stride_);
  return at::linear(seen.permute({0, 2, 3, 1}), weight.flatten(1), added).permute({0, 3, 1, 2});
}

int64_t ConvImpl::zeros_behind(int64_t side) const {
  if (padding_ == Padding::kValid) return 0;
  const Reach reach = reach_of(side, kernel_, stride_, padding_);
  return reach.before == 0 ? reach.after : 0;
}

at::Tensor ConvImpl::of_padded(const at::Tensor& x) { return at::conv2d(x, weight, bias, stride_); }

at::Tensor ConvImpl::pooled(const at::Tensor& x, int64_t side, bool padded) {
  const at::Tensor h = padded ? at::conv2d(x, weight, {}, stride_) : convolved(x, {});
  const at::Tensor maxima = at::max_pool2d(h, side);
  return bias.defined() ? maxima + bias.to(maxima.scalar_type()).reshape({1, -1, 1, 1}) : maxima;
}

std::string ConvImpl::add_to(NetworkGraph& graph, const std::string& name, const std::string& x,
                             int64_t side) const {
  const int64_t last = (convolved_side(side, kernel_, stride_, padding_) - 1) * stride_;
  const int64_t total =
      padding_ == Padding::kValid ? 0 : std::max<int64_t>(last + kernel_ - side, 0);
  const int64_t before = padding_ == Padding::kSymmetric ? (kernel_ - 1) / 2 : total / 2;
  const int64_t after = std::max<int64_t>(total - before, 0);
  std::vector<std::string> inputs = {x, graph.constant(name + ".weight", weight)};
  if (bias.defined()) inputs.push_back(graph.constant(name + ".bias", bias));
  return graph.add("Conv", inputs,
                   {{"strides", std::vector<int64_t>{stride_, stride_}},
                    {"pads", std::vector<int64_t>{before, before, after, after}}});
}

DenseImpl::DenseImpl(int64_t in, int64_t out, InitStream& init, bool has_bias) {
  weight = register_parameter("weight", glorot_uniform({out, in}, in, out, init));
  if (has_bias) bias = register_parameter("bias", at::zeros({out}));
}

at::Tensor DenseImpl::forward(const at::Tensor& x) { return at::linear(x, weight, bias); }

std::string DenseImpl::add_to(NetworkGraph& graph, const std::string& name,
                              const std::string& x) const {
  std::vector<std::string> inputs = {x, graph.constant(name + ".weight", weight)};
  if (bias.defined()) inputs.push_back(graph.constant(name + ".bias", bias));
  return graph.add("Gemm", inputs, {{"transB", int64_t{1}}});
}

BatchNormImpl::BatchNormImpl(int64_t channels) {
  weight = register_parameter("weight", at::ones({channels}));
  bias = register_parameter("bias", at::zeros({channels}));
  running_mean = register_buffer("running_mean", at::zeros({channels}));
  running_var = register_buffer("running_var", at::ones({channels}));
}

at::Tensor BatchNormImpl::forward(const at::Tensor& x) {
  if (is_training() && !group.is_one()) {
    const CountedStatistics of_batch = of_all_processes(own_statistics(x), group);
    track(of_batch);
    return shared_batch_norm(x, weight, bias, of_batch, kEpsilon, group);
  }
  if (is_training()) check_values(x.numel() / x.size(1));
  return at::batch_norm(x, weight, bias, running_mean, running_var, is_training(), momentum,
                        kEpsilon, /*cudnn_enabled=*/true);
}

std::string BatchNormImpl::add_to(NetworkGraph& graph, const std::string& name,
                                  const std::string& x) const {
  const auto part = [&](const char* of, const at::Tensor& value) {
    return graph.constant(name + of, value);
  };
  return graph.add("BatchNormalization",
                   {x, part(".weight", weight), part(".bias", bias),
                    part(".running_mean", running_mean), part(".running_var", running_var)},
                   {{"epsilon", kEpsilon}});
}

void BatchNormImpl::track(const CountedStatistics& of_batch) {
  const at::NoGradGuard no_grad;
  check_values(of_batch.count);
  const auto n = static_cast<double>(of_batch.count);
  running_mean.lerp_(of_batch.statistics.mean.to(running_mean.scalar_type()), momentum);
  running_var.lerp_((of_batch.statistics.variance * (n / (n - 1))).to(running_var.scalar_type()),
                    momentum);
}

at::Tensor BatchNormImpl::relu_of(const at::Tensor& x, int64_t zeros_behind) {
  if (fits_norm_relu(x)) return fused(x, {}, zeros_behind);
  const at::Tensor map = at::relu(forward(x));
  if (zeros_behind == 0) return map;
  return at::constant_pad_nd(map, {0, zeros_behind, 0, zeros_behind});
}

at::Tensor BatchNormImpl::relu_of_sum(const at::Tensor& x, const at::Tensor& added) {
  if (fits_norm_relu(x) && fits_norm_relu(added) && x.scalar_type() == added.scalar_type()) {
    return fused(x, added, 0);
  }
  return at::relu(forward(x) + added);
}

at::Tensor BatchNormImpl::fused(const at::Tensor& x, const at::Tensor& added,
                                int64_t zeros_behind) {
  CountedStatistics statistics{{running_mean, running_var}, x.numel() / x.size(1)};
  if (is_training()) {
    statistics = of_all_processes({channel_statistics(x), statistics.count}, group);
    track(statistics);
  }
  return norm_relu(x, weight, bias, statistics.statistics,
                   {.of_batch = is_training(),
                    .zeros_behind = zeros_behind,
                    .epsilon = kEpsilon,
                    .group = group,
                    .count = statistics.count},
                   added);
}

at::Tensor BatchNormImpl::relu_of_convolved(const at::Tensor& x, const at::Tensor& conv_weight,
                                            Padding padding, int64_t zeros_behind) {
  const bool same = padding == Padding::kSame;
  PatchMoments patches;
  ChannelStatistics statistics{running_mean, running_var};
  if (is_training()) {
    patches = of_all_processes(patch_moments(x, same), group);
    statistics = channel_statistics(patches, conv_weight);
    track({statistics, patches.count});
  }
  return conv_norm_relu(x, conv_weight, weight, bias, statistics, patches,
                        {.same_padding = same,
                         .of_batch = is_training(),
                         .zeros_behind = zeros_behind,
                         .epsilon = kEpsilon});
}

void share_statistics(torch::nn::Module& network, const Group& group) {
  for (const auto& part : network.modules()) {
    if (auto* norm = part->as<BatchNormImpl>()) norm->group = group;
  }
}

void estimate_statistics(torch::nn::Module& network, const std::function<void()>& forward) {
  const at::NoGradGuard no_grad;
  std::vector<std::pair<BatchNormImpl*, double>> momenta;
  for (const auto& part : network.modules()) {
    if (auto* norm = part->as<BatchNormImpl>()) momenta.emplace_back(norm, norm->momentum);
  }
  network.train();
  for (auto& [norm, momentum] : momenta) norm->momentum = 1;
  forward();
  for (auto& [norm, momentum] : momenta) norm->momentum = momentum;
}

}  // namespace stl10
