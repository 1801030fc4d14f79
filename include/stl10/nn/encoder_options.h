#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "stl10/base/image.h"
#include "stl10/base/options.h"
#include "stl10/nn/layers.h"

namespace stl10 {

inline std::vector<std::string_view> enum_names(Padding) { return {"same", "valid", "symmetric"}; }

/// Where an encoder's features are taken: from a dense layer behind its maps; from its last map,
/// flattened or averaged over rows and columns; from its later maps, each averaged, joined; or from
/// all of its maps, each averaged by quadrants, joined. Which of them a kind has, its shape says.
enum class Tap { kDense, kFlat, kPooled, kLayers, kQuadrants };
inline std::vector<std::string_view> enum_names(Tap) {
  return {"dense", "flat", "pooled", "layers", "quadrants"};
}

enum class EncoderKind { kConv4, kResnet };
inline std::vector<std::string_view> enum_names(EncoderKind) { return {"conv4", "resnet"}; }

/// How a residual network begins: 7×7 with stride 2 and a pool, 3×3 with stride 1, or with 2.
enum class Stem { kImagenet, kSmall, kStride2 };
inline std::vector<std::string_view> enum_names(Stem) { return {"imagenet", "small", "stride2"}; }

/// Which encoder; a kind takes the fields that it knows. By default the report's: four 3×3
/// convolutions of stride 2, a 2×2 max-pool after each of the first three, flatten, dense layer
/// with ReLU.
struct EncoderOptions {
  EncoderKind kind = EncoderKind::kConv4;
  std::optional<int64_t> width;
  std::optional<OneOrList<int64_t>> widths;
  int64_t features = 0;
  int64_t kernel = 3;
  OneOrList<int64_t> strides = 2;
  Padding padding = Padding::kSame;
  OneOrList<bool> pools = true;
  bool batch_norm = false;
  std::vector<int64_t> blocks = {2, 2, 2, 2};
  Stem stem = Stem::kImagenet;
  bool zero_init_residual = false;
  int64_t side = kSide;  ///< of the images: what their views' size is, no key of its own
};

/// The group `encoder` of a config.
template <class Visitor>
void visit_fields(EncoderOptions& options, Visitor& field) {
  field("kind", options.kind,
        "conv4: four convolutions and a dense layer; resnet: a residual network; another kind than "
        "the config's sets the group to that kind's defaults");
  field("widths", options.widths,
        "conv4: channels of all or of each convolution; null: as `width` says", between(1, 65536));
  field("features", options.features,
        "conv4: outputs of the dense layer; 0: as many as the last convolution's",
        between(0, 65536));
  field("kernel", options.kernel, "conv4: taps of a convolution's side", between(1, 11));
  field("strides", options.strides, "conv4: stride of all or of each convolution", between(1, 4));
  field("padding", options.padding,
        "conv4: same (as Keras pads), symmetric (as PyTorch pads) or valid (none)");
  field("pools", options.pools,
        "conv4: a 2x2 max-pool after each of the first three convolutions, none (false), or after "
        "those of a list",
        between(1, 4));
  field("batch_norm", options.batch_norm, "conv4: batch normalization of each convolution");
  field("blocks", options.blocks,
        "resnet: blocks of each of two to four stages; [2, 2, 2, 2] is ResNet-18", between(1, 100));
  field("stem", options.stem,
        "resnet: imagenet (7x7, stride 2, pool), small (3x3, stride 1) or stride2 (3x3, stride 2)");
  field("zero_init_residual", options.zero_init_residual,
        "resnet: the last normalization of each block begins at 0, so that it passes its input");
}

/// What a config or flag that names another kind starts from: that kind's own defaults, so that
/// nobody has to take back what a recipe says of the other kind.
inline void change_kind(EncoderOptions& options, EncoderKind kind) {
  options = {.kind = kind, .width = options.width, .side = options.side};
}

/// The encoder's key outside of that group.
template <class Visitor>
void visit_width(EncoderOptions& options, Visitor& field) {
  field("width", options.width,
        "channels of the convolutions, of a resnet's first stage; null: 128, of a resnet 64",
        between(1, 65536));
}

/// Of what docs/recipe-log.md tried, the four convolutions that learn most in equal time: with one
/// pool, where it saves most, a last map of 4×4 from 64 pixels, and batch normalization.
inline EncoderOptions early_pool_encoder() {
  return {.strides = std::vector<int64_t>{2, 2, 1, 2},
          .pools = std::vector<int64_t>{1},
          .batch_norm = true};
}

}  // namespace stl10
