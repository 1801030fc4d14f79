#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "stl10/nn/encoder.h"
#include "stl10/nn/layers.h"

namespace stl10 {

/// Four convolutions, a 2×2 max-pool after each of the first three or none, flatten, dense: the
/// report's encoder.
class Conv4Impl : public EncoderImpl {
 public:
  static constexpr int kConvolutions = 4;

  /// @param last another tap than the dense layer's: without that layer.
  Conv4Impl(const EncoderOptions& options, InitStream& init,
            std::optional<Tap> last = std::nullopt);

  /// Sides are 96, 48, 24, 12, 6, 3, 1, 1 by default, pools included. @throws ConfigError with them
  /// where a map vanishes.
  static EncoderShape shape_of(const EncoderOptions& options,
                               std::optional<Tap> last = std::nullopt);

  /// x float or bfloat16 (N, 3, S, S) in [0, 1] → the last map (N, width, side, side) ≥ 0.
  at::Tensor map(const at::Tensor& x);

  /// A tap of a map that `map` made → (N, features(tap)) ≥ 0. Flattened maps are ordered (row,
  /// column, channel) as Keras does.
  at::Tensor tapped(const at::Tensor& map, Tap tap);

  at::Tensor forward(const at::Tensor& x, Tap tap = Tap::kDense) override {
    return tapped(map(x), tap);
  }
  bool mixes_images() const override { return norms_[0] && is_training(); }
  bool reaches(const std::string& parameter, Tap tap) const override;

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
};
TORCH_MODULE(Conv4);

}  // namespace stl10
