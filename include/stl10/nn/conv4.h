#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "stl10/base/options.h"
#include "stl10/nn/layers.h"

namespace stl10 {

inline std::vector<std::string_view> enum_names(Padding) { return {"same", "valid"}; }

/// Where an encoder's features are taken: from its dense layer, or from its last map, flattened or
/// averaged over rows and columns.
enum class Tap { kDense, kFlat, kPooled };
inline std::vector<std::string_view> enum_names(Tap) { return {"dense", "flat", "pooled"}; }

/// The report's encoder by default: four 3×3 convolutions of stride 2, a 2×2 max-pool after each of
/// the first three, flatten, dense layer with ReLU.
struct EncoderOptions {
  int64_t width = 128;
  int64_t features = 0;
  int64_t kernel = 3;
  int64_t stride = 2;
  Padding padding = Padding::kSame;
  bool pools = true;
  bool batch_norm = false;
};

template <class Visitor>
void visit_fields(EncoderOptions& options, Visitor& field) {
  field("features", options.features, "outputs of the dense layer; 0: as many as width",
        between(0, 65536));
  field("kernel", options.kernel, "taps of a convolution's side", between(1, 11));
  field("stride", options.stride, "stride of the convolutions", between(1, 4));
  field("padding", options.padding, "same (as Keras pads) or valid");
  field("pools", options.pools, "a 2x2 max-pool after each of the first three convolutions");
  field("batch_norm", options.batch_norm, "batch normalization after each convolution");
}

/// Side lengths of the square maps from the image to the last convolution, pools included:
/// 96, 48, 24, 12, 6, 3, 1, 1 by default. @throws ConfigError with the sizes where a map vanishes.
std::vector<int64_t> map_sides(const EncoderOptions& options);

/// Floating-point operations that an image costs in convolutions and dense layer, two for each
/// multiply-add; the backward pass computes no gradient of the image.
struct EncoderWork {
  int64_t forward = 0, backward = 0;
};
EncoderWork work_of(const EncoderOptions& options);

/// Whether batch normalization would meet a single value a channel in a batch of one image: its
/// statistics are undefined then (n − 1 = 0).
bool needs_two_images(const EncoderOptions& options);

/// Four convolutions, flatten, dense. Its taps are the features that heads and probes take.
class Conv4Impl : public torch::nn::Module {
 public:
  static constexpr int kConvolutions = 4;

  /// @param has_dense false: without the dense layer, for those who take another tap; a layer that
  /// no loss reaches would stay random.
  Conv4Impl(const EncoderOptions& options, InitStream& init, bool has_dense = true);

  /// x float or bfloat16 (N, 3, 96, 96) in [0, 1] → the last map (N, width, side, side) ≥ 0.
  at::Tensor map(const at::Tensor& x);

  /// A tap of a map that `map` made → (N, features(tap)) ≥ 0. Flattened maps are ordered (row,
  /// column, channel) as Keras does.
  at::Tensor tapped(const at::Tensor& map, Tap tap);

  /// x as `map` takes it → features (N, features(tap)).
  at::Tensor forward(const at::Tensor& x, Tap tap = Tap::kDense) { return tapped(map(x), tap); }

  int64_t features(Tap tap = Tap::kDense) const;

  /// Whether what it says of an image depends on the others beside it: batch statistics.
  bool mixes_images() const { return norms_[0] && is_training(); }

 private:
  /// A map that may hold its padding in the next layer already.
  struct PaddedMap {
    at::Tensor values;
    int64_t zeros_behind = 0;
  };

  /// The map of layer `layer` (from 0 on), by the fastest operation that takes it.
  PaddedMap layer_map(int layer, const PaddedMap& in);

  std::array<Conv, kConvolutions> convs_{nullptr, nullptr, nullptr, nullptr};
  std::array<BatchNorm, kConvolutions> norms_{nullptr, nullptr, nullptr, nullptr};
  Dense dense_ = nullptr;
  bool pools_;
  int64_t width_, last_side_, features_;
};
TORCH_MODULE(Conv4);

}  // namespace stl10
