#include "stl10/nn/conv4.h"

#include <ATen/Functions.h>

#include <string>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/nn/conv_norm.h"
#include "stl10/nn/conv_pool.h"
#include "stl10/nn/inner_conv_pool.h"

namespace stl10 {
namespace {

constexpr int64_t kPool = 2;

bool pooled(const EncoderOptions& options, int layer) {
  return options.pools && layer + 1 < Conv4Impl::kConvolutions;
}

int64_t dense_features(const EncoderOptions& options) {
  return options.features > 0 ? options.features : options.width;
}

/// Of all maps from the image on, those of pools included.
std::vector<int64_t> map_sides(const EncoderOptions& options) {
  std::vector<int64_t> sides = {options.side};
  std::string text = std::to_string(options.side);
  const auto add = [&](int64_t side) {
    text += "→" + std::to_string(side);
    if (side > 0) return sides.push_back(side);
    throw ConfigError({"the encoder's maps vanish", "sides of at least 1", text,
                       "use --encoder.padding same, --encoder.pools false or a smaller stride"});
  };
  for (int layer = 0; layer < Conv4Impl::kConvolutions; ++layer) {
    add(convolved_side(sides.back(), options.kernel, options.stride, options.padding));
    if (pooled(options, layer)) add(sides.back() / kPool);
  }
  return sides;
}

EncoderWork work_of(const EncoderOptions& options, const std::vector<int64_t>& sides,
                    bool has_dense) {
  const int64_t taps = options.kernel * options.kernel;
  int64_t first = 0, forward = 0, channels = kChannels;
  size_t place = 0;
  for (int layer = 0; layer < Conv4Impl::kConvolutions; ++layer) {
    const int64_t side = sides[++place];
    forward += 2 * side * side * options.width * channels * taps;
    if (layer == 0) first = forward;
    channels = options.width;
    if (pooled(options, layer)) ++place;
  }
  if (has_dense) {
    forward += 2 * sides.back() * sides.back() * options.width * dense_features(options);
  }
  return {.forward = forward, .backward = 2 * forward - first};
}

}  // namespace

EncoderShape Conv4Impl::shape_of(const EncoderOptions& options, std::optional<Tap> last) {
  const bool has_dense = last.value_or(Tap::kDense) == Tap::kDense;
  const std::vector<int64_t> sides = map_sides(options);
  EncoderShape shape{.sides = sides,
                     .taps = {{Tap::kDense, dense_features(options)},
                              {Tap::kFlat, options.width * sides.back() * sides.back()},
                              {Tap::kPooled, options.width}},
                     .map_tap = Tap::kFlat,
                     .work = work_of(options, sides, has_dense),
                     .needs_two_images = options.batch_norm && sides.back() == 1};
  if (!has_dense) shape.taps.erase(shape.taps.begin());
  return shape;
}

Conv4Impl::Conv4Impl(const EncoderOptions& options, InitStream& init, std::optional<Tap> last)
    : EncoderImpl(shape_of(options, last)), pools_(options.pools) {
  for (int layer = 0; layer < kConvolutions; ++layer) {
    const std::string number = std::to_string(layer + 1);
    const int64_t in = layer == 0 ? kChannels : options.width;
    convs_[layer] = register_module(
        "conv" + number, Conv(in, options.width, options.kernel, options.stride, options.padding,
                              init, /*has_bias=*/!options.batch_norm));
    if (options.batch_norm) {
      norms_[layer] = register_module("norm" + number, BatchNorm(options.width));
    }
  }
  if (shape().has(Tap::kDense)) {
    dense_ = register_module("dense", Dense(features(Tap::kFlat), features(Tap::kDense), init));
  }
}

bool Conv4Impl::reaches(const std::string& parameter, Tap tap) const {
  return tap == Tap::kDense || !parameter.starts_with("dense.");
}

Conv4Impl::PaddedMap Conv4Impl::layer_map(int layer, const PaddedMap& in) {
  const at::Tensor& x = in.values;
  Conv& conv = convs_[layer];
  BatchNorm& norm = norms_[layer];
  const bool last = layer + 1 == kConvolutions, pool = pools_ && !last;
  const bool whole = in.zeros_behind > 0 || conv->padding() == Padding::kValid;
  const auto zeros_behind = [&](int64_t side) {
    return last ? 0 : convs_[layer + 1]->zeros_behind(side);
  };
  if (pool && !norm) {
    const int64_t side = convolved_side(x.size(2), conv->weight.size(2), conv->stride(),
                                        whole ? Padding::kValid : Padding::kSame) /
                         kPool;
    const int64_t zeros = zeros_behind(side);
    const ConvPoolOptions of_image{.same_padding = !whole, .zeros_behind = zeros};
    if (fits_conv_relu_pool(x, conv->weight, conv->bias, conv->stride(), of_image)) {
      return {conv_relu_pool(x, conv->weight, conv->bias, of_image), zeros};
    }
    if (whole && fits_inner_conv_relu_pool(x, conv->weight, conv->bias, conv->stride())) {
      return {inner_conv_relu_pool(x, conv->weight, conv->bias, zeros), zeros};
    }
    // ReLU is monotone, so it commutes with the maximum; after the pool it touches a quarter.
    return {at::relu(conv->pooled(x, kPool, in.zeros_behind > 0))};
  }
  if (norm && !pools_ && in.zeros_behind == 0 &&
      fits_conv_norm_relu(x, conv->weight, conv->bias, conv->stride(), !whole)) {
    const int64_t zeros = zeros_behind(
        convolved_side(x.size(2), conv->weight.size(2), conv->stride(), conv->padding()));
    return {norm->relu_of_convolved(x, conv->weight, conv->padding(), zeros), zeros};
  }
  at::Tensor h = in.zeros_behind > 0 ? conv->of_padded(x) : conv(x);
  if (norm && !pools_) {
    const int64_t zeros = zeros_behind(h.size(2));
    return {norm->relu_of(h, zeros), zeros};
  }
  if (norm) h = norm(h);
  if (pool) h = at::max_pool2d(h, kPool);
  return {at::relu(h)};
}

at::Tensor Conv4Impl::map(const at::Tensor& x) {
  PaddedMap h{x};
  for (int layer = 0; layer < kConvolutions; ++layer) h = layer_map(layer, h);
  return h.values;
}

at::Tensor Conv4Impl::tapped(const at::Tensor& map, Tap tap) {
  if (tap == Tap::kPooled) return map.mean({2, 3});
  // Keras flattens (rows, columns, channels): in channels_last memory that is no copy.
  const at::Tensor flat = map.permute({0, 2, 3, 1}).flatten(1);
  if (tap == Tap::kFlat) return flat;
  TORCH_CHECK(dense_, "this encoder was made without a dense layer");
  return at::relu(dense_(flat));
}

}  // namespace stl10
