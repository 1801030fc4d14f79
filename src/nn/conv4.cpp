#include "stl10/nn/conv4.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <string>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/nn/conv_norm.h"
#include "stl10/nn/conv_pool.h"
#include "stl10/nn/inner_conv_pool.h"
#include "stl10/nn/quadrants.h"

namespace stl10 {
namespace {

constexpr int64_t kPool = 2, kDefaultWidth = 128;

/// What the options say of one convolution.
struct LayerOptions {
  int64_t width, stride;
  bool pool;
};

/// The value of each convolution.
std::vector<int64_t> one_each(const OneOrList<int64_t>& given, const std::string& key) {
  constexpr size_t kCount = Conv4Impl::kConvolutions;
  if (const auto* all = std::get_if<int64_t>(&given)) return std::vector<int64_t>(kCount, *all);
  const auto& list = std::get<std::vector<int64_t>>(given);
  if (list.size() == kCount) return list;
  throw ConfigError({"`encoder." + key + "` has not one number for each convolution",
                     "one number, or a list of " + std::to_string(kCount),
                     "a list of " + std::to_string(list.size()), "correct the list"});
}

std::vector<bool> pooled_layers(const OneOrList<bool>& given) {
  std::vector<bool> pooled(Conv4Impl::kConvolutions);
  if (const auto* all = std::get_if<bool>(&given)) {
    std::fill(pooled.begin(), pooled.end() - 1, *all);
    return pooled;
  }
  for (const int64_t number : std::get<std::vector<int64_t>>(given)) {
    const auto place = static_cast<size_t>(number - 1);
    if (place >= pooled.size() || pooled[place]) {
      throw ConfigError({"`encoder.pools` lists what isn't a convolution, or one twice",
                         "different numbers from 1 to " + std::to_string(pooled.size()),
                         std::to_string(number), "correct the list"});
    }
    pooled[place] = true;
  }
  return pooled;
}

std::vector<LayerOptions> layers_of(const EncoderOptions& options) {
  refuse_foreign(options.blocks != EncoderOptions{}.blocks, "blocks", EncoderKind::kResnet);
  refuse_foreign(options.stem != EncoderOptions{}.stem, "stem", EncoderKind::kResnet);
  refuse_foreign(options.zero_init_residual, "zero_init_residual", EncoderKind::kResnet);
  const auto widths =
      one_each(options.widths.value_or(options.width.value_or(kDefaultWidth)), "widths");
  const auto strides = one_each(options.strides, "strides");
  const auto pools = pooled_layers(options.pools);
  std::vector<LayerOptions> layers;
  for (size_t i = 0; i < widths.size(); ++i) layers.push_back({widths[i], strides[i], pools[i]});
  return layers;
}

int64_t dense_features(const EncoderOptions& options) {
  return options.features > 0 ? options.features : layers_of(options).back().width;
}

/// Sides of all maps from the image on, those of pools included, and features of some taps.
struct Maps {
  std::vector<int64_t> sides;
  int64_t layers = 0, quadrants = 0;
};

Maps maps_of(const EncoderOptions& options) {
  Maps maps{.sides = {options.side}};
  std::vector<int64_t>& sides = maps.sides;
  std::string text = std::to_string(options.side);
  const auto add = [&](int64_t side) {
    text += "→" + std::to_string(side);
    if (side > 0) return sides.push_back(side);
    throw ConfigError({"the encoder's maps vanish", "sides of at least 1", text,
                       "use --encoder.padding same, fewer --encoder.pools or smaller strides"});
  };
  for (const LayerOptions& layer : layers_of(options)) {
    const bool is_later = sides.size() > 1;
    add(convolved_side(sides.back(), options.kernel, layer.stride, options.padding));
    if (layer.pool) add(sides.back() / kPool);
    if (is_later) maps.layers += layer.width;
    maps.quadrants += layer.width * quadrant_count(sides.back());
  }
  return maps;
}

int64_t receptive_field_of(const EncoderOptions& options) {
  ReceptiveField field;
  for (const LayerOptions& layer : layers_of(options)) {
    field.add(options.kernel, layer.stride);
    if (layer.pool) field.add(kPool, kPool);
  }
  return field.side;
}

EncoderWork work_of(const EncoderOptions& options, const std::vector<int64_t>& sides,
                    bool has_dense) {
  const int64_t taps = options.kernel * options.kernel;
  int64_t first = 0, forward = 0, channels = kChannels;
  size_t place = 0;
  for (const LayerOptions& layer : layers_of(options)) {
    const int64_t side = sides[++place];
    forward += 2 * side * side * layer.width * channels * taps;
    if (first == 0) first = forward;
    channels = layer.width;
    if (layer.pool) ++place;
  }
  if (has_dense) forward += 2 * sides.back() * sides.back() * channels * dense_features(options);
  return {.forward = forward, .backward = 2 * forward - first};
}

}  // namespace

EncoderShape Conv4Impl::shape_of(const EncoderOptions& options, std::optional<Tap> last) {
  const bool has_dense = last.value_or(Tap::kDense) == Tap::kDense;
  const Maps maps = maps_of(options);
  const std::vector<int64_t>& sides = maps.sides;
  const int64_t width = layers_of(options).back().width;
  EncoderShape shape{.sides = sides,
                     .taps = {{Tap::kDense, dense_features(options)},
                              {Tap::kFlat, width * sides.back() * sides.back()},
                              {Tap::kPooled, width},
                              {Tap::kLayers, maps.layers},
                              {Tap::kQuadrants, maps.quadrants}},
                     .map_tap = Tap::kFlat,
                     .receptive_field = receptive_field_of(options),
                     .work = work_of(options, sides, has_dense),
                     .needs_two_images = options.batch_norm && sides.back() == 1};
  if (!has_dense) shape.taps.erase(shape.taps.begin());
  return shape;
}

Conv4Impl::Conv4Impl(const EncoderOptions& options, InitStream& init, std::optional<Tap> last)
    : EncoderImpl(shape_of(options, last)) {
  int64_t in = kChannels;
  for (const LayerOptions& given : layers_of(options)) {
    const std::string number = std::to_string(layers_.size() + 1);
    Layer& layer = layers_.emplace_back();
    layer.pool = given.pool;
    layer.conv = register_module(
        "conv" + number, Conv(in, given.width, options.kernel, given.stride, options.padding, init,
                              /*has_bias=*/!options.batch_norm));
    if (options.batch_norm) layer.norm = register_module("norm" + number, BatchNorm(given.width));
    in = given.width;
  }
  if (shape().has(Tap::kDense)) {
    dense_ = register_module("dense", Dense(features(Tap::kFlat), features(Tap::kDense), init));
  }
}

bool Conv4Impl::reaches(const std::string& parameter, Tap tap) const {
  return tap == Tap::kDense || !parameter.starts_with("dense.");
}

at::Tensor Conv4Impl::PaddedMap::without_padding() const {
  const int64_t side = values.size(2) - zeros_behind;
  return values.narrow(2, 0, side).narrow(3, 0, side);
}

int64_t Conv4Impl::zeros_behind(size_t layer, int64_t side) const {
  return layer + 1 < layers_.size() ? layers_[layer + 1].conv->zeros_behind(side) : 0;
}

Conv4Impl::PaddedMap Conv4Impl::pooled_map(size_t layer, const PaddedMap& in) {
  auto& [conv, norm, pool] = layers_[layer];
  const at::Tensor& x = in.values;
  const bool padded = in.zeros_behind > 0, whole = padded || conv->padding() == Padding::kValid;
  const int64_t side = convolved_side(x.size(2), conv->weight.size(2), conv->stride(),
                                      padded ? Padding::kValid : conv->padding()) /
                       kPool;
  const int64_t zeros = zeros_behind(layer, side);
  const ConvPoolOptions of_image{
      .same_padding = !whole, .relu = !norm, .zeros_behind = norm ? 0 : zeros};
  const bool fused = (whole || conv->padding() == Padding::kSame) &&
                     fits_conv_pool(x, conv->weight, conv->stride(), of_image);
  if (norm) {
    const at::Tensor maxima =
        fused ? conv_pool(x, conv->weight, {}, of_image) : conv->pooled(x, kPool, padded);
    return {norm->relu_of(maxima, zeros), zeros};
  }
  if (fused) return {conv_pool(x, conv->weight, conv->bias, of_image), zeros};
  if (whole && fits_inner_conv_relu_pool(x, conv->weight, conv->bias, conv->stride())) {
    return {inner_conv_relu_pool(x, conv->weight, conv->bias, zeros), zeros};
  }
  // ReLU is monotone, so it commutes with the maximum; after the pool it touches a quarter.
  return {at::relu(conv->pooled(x, kPool, padded))};
}

Conv4Impl::PaddedMap Conv4Impl::layer_map(size_t layer, const PaddedMap& in) {
  auto& [conv, norm, pool] = layers_[layer];
  if (pool) return pooled_map(layer, in);
  const at::Tensor& x = in.values;
  const bool padded = in.zeros_behind > 0, same = conv->padding() == Padding::kSame;
  if (norm && !padded && conv->padding() != Padding::kSymmetric &&
      fits_conv_norm_relu(x, conv->weight, conv->bias, conv->stride(), same)) {
    const int64_t zeros = zeros_behind(
        layer, convolved_side(x.size(2), conv->weight.size(2), conv->stride(), conv->padding()));
    return {norm->relu_of_convolved(x, conv->weight, conv->padding(), zeros), zeros};
  }
  const at::Tensor h = padded ? conv->of_padded(x) : conv(x);
  if (!norm) return {at::relu(h)};
  const int64_t zeros = zeros_behind(layer, h.size(2));
  return {norm->relu_of(h, zeros), zeros};
}

at::Tensor Conv4Impl::forward(const at::Tensor& x, Tap tap) {
  PaddedMap map{x};
  std::vector<at::Tensor> joined;
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    map = layer_map(layer, map);
    const at::Tensor whole = map.without_padding();
    if (tap == Tap::kLayers && layer > 0) joined.push_back(whole.mean({2, 3}));
    if (tap == Tap::kQuadrants) joined.push_back(quadrant_means(whole));
  }
  if (!joined.empty()) return at::cat(joined, 1);
  if (tap == Tap::kPooled) return map.without_padding().mean({2, 3});
  // Keras flattens (rows, columns, channels): in channels_last memory that is no copy.
  const at::Tensor flat = map.values.permute({0, 2, 3, 1}).flatten(1);
  if (tap == Tap::kFlat) return flat;
  TORCH_CHECK(dense_, "this encoder was made without a dense layer");
  return at::relu(dense_(flat));
}

std::string Conv4Impl::add_to(NetworkGraph& graph, const std::string& prefix, const std::string& x,
                              Tap tap) const {
  std::string map = x;
  std::vector<std::string> joined;
  size_t place = 0;  // among the sides, which those of pools are among
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    const auto& [conv, norm, pool] = layers_[layer];
    const std::string number = std::to_string(layer + 1);
    map = conv->add_to(graph, prefix + "conv" + number, map, shape().sides[place++]);
    if (pool) {
      map = graph.add("MaxPool", {map},
                      {{"kernel_shape", std::vector<int64_t>{kPool, kPool}},
                       {"strides", std::vector<int64_t>{kPool, kPool}}});
      ++place;
    }
    if (norm) map = norm->add_to(graph, prefix + "norm" + number, map);
    map = graph.add("Relu", {map});
    if (tap == Tap::kLayers && layer > 0) joined.push_back(graph::mean_of_map(graph, map));
    if (tap == Tap::kQuadrants) {
      joined.push_back(graph::quadrant_means(graph, map, shape().sides[place]));
    }
  }
  if (!joined.empty()) return graph::joined(graph, joined);
  if (tap == Tap::kPooled) return graph::mean_of_map(graph, map);
  const std::string flat = graph::flat_map(graph, map);
  if (tap == Tap::kFlat) return flat;
  return graph.add("Relu", {dense_->add_to(graph, prefix + "dense", flat)});
}

}  // namespace stl10
