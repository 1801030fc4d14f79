#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stl10/base/image.h"
#include "stl10/base/options.h"
#include "stl10/nn/layers.h"

namespace stl10 {

inline std::vector<std::string_view> enum_names(Padding) { return {"same", "valid"}; }

/// Where an encoder's features are taken: from a dense layer behind its maps, or from its last map,
/// flattened or averaged over rows and columns. Which of them a kind has, its shape says.
enum class Tap { kDense, kFlat, kPooled };
inline std::vector<std::string_view> enum_names(Tap) { return {"dense", "flat", "pooled"}; }

enum class EncoderKind { kConv4 };
inline std::vector<std::string_view> enum_names(EncoderKind) { return {"conv4"}; }

/// Which encoder; a kind takes the fields that it knows. By default the report's: four 3×3
/// convolutions of stride 2, a 2×2 max-pool after each of the first three, flatten, dense layer
/// with ReLU.
struct EncoderOptions {
  EncoderKind kind = EncoderKind::kConv4;
  int64_t width = 128;
  int64_t features = 0;
  int64_t kernel = 3;
  int64_t stride = 2;
  Padding padding = Padding::kSame;
  bool pools = true;
  bool batch_norm = false;
  int64_t side = kSide;  ///< of the images: what their views' size is, no key of its own
};

/// The group `encoder` of a config.
template <class Visitor>
void visit_fields(EncoderOptions& options, Visitor& field) {
  field("kind", options.kind, "conv4: four convolutions and a dense layer");
  field("features", options.features, "outputs of the dense layer; 0: as many as width",
        between(0, 65536));
  field("kernel", options.kernel, "taps of a convolution's side", between(1, 11));
  field("stride", options.stride, "stride of the convolutions", between(1, 4));
  field("padding", options.padding, "same (as Keras pads) or valid");
  field("pools", options.pools, "a 2x2 max-pool after each of the first three convolutions");
  field("batch_norm", options.batch_norm, "batch normalization after each convolution");
}

/// The encoder's key outside of that group.
template <class Visitor>
void visit_width(EncoderOptions& options, Visitor& field) {
  field("width", options.width, "channels of the convolutions", between(1, 65536));
}

/// The report's, but for what contrastive features suffer from: without pools, whose last map of
/// 1×1 forgets where things are, with batch normalization, and with `valid` padding, whose zeros
/// tell nothing of an image.
constexpr EncoderOptions unpooled_encoder() {
  return {.padding = Padding::kValid, .pools = false, .batch_norm = true};
}

}  // namespace stl10
