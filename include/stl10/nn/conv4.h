#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stl10/nn/encoder.h"
#include "stl10/nn/layers.h"

namespace stl10 {

/// Four convolutions, a 2×2 max-pool after some of them (the first three in the report's encoder),
/// flatten, dense. The order of a layer is convolution, pool, batch normalization, ReLU, each where
/// there is one: the normalization sees a quarter of the map.
class Conv4Impl : public EncoderImpl {
 public:
  static constexpr int kConvolutions = 4;

  /// @param last another tap than the dense layer's: without that layer.
  Conv4Impl(const EncoderOptions& options, InitStream& init,
            std::optional<Tap> last = std::nullopt);

  /// Sides are 96, 48, 24, 12, 6, 3, 1, 1 by default, pools included. Later maps are those
  /// behind all convolutions but the first. @throws ConfigError with the sides where a map
  /// vanishes, and where a list has not one number for each convolution or names one that isn't
  /// there.
  static EncoderShape shape_of(const EncoderOptions& options,
                               std::optional<Tap> last = std::nullopt);

  /// x float or bfloat16 (N, 3, S, S) in [0, 1] → (N, features(tap)) ≥ 0. Flattened maps are
  /// ordered (row, column, channel) as Keras does.
  at::Tensor forward(const at::Tensor& x, Tap tap = Tap::kDense) override;
  std::string add_to(NetworkGraph& graph, const std::string& prefix, const std::string& x,
                     Tap tap) const override;
  bool mixes_images() const override { return layers_[0].norm && is_training(); }
  bool reaches(const std::string& parameter, Tap tap) const override;

 private:
  struct Layer {
    Conv conv = nullptr;
    BatchNorm norm = nullptr;  ///< or none
    bool pool = false;
  };

  /// A map that may hold its padding in the next layer already.
  struct PaddedMap {
    at::Tensor values;
    int64_t zeros_behind = 0;

    at::Tensor without_padding() const;
  };

  /// The map of layer `layer` (from 0 on), by the fastest operation that takes it.
  PaddedMap layer_map(size_t layer, const PaddedMap& in);
  PaddedMap pooled_map(size_t layer, const PaddedMap& in);

  /// Zeros that the next layer would put behind a map of `side`.
  int64_t zeros_behind(size_t layer, int64_t side) const;

  std::vector<Layer> layers_;
  Dense dense_ = nullptr;
};
TORCH_MODULE(Conv4);

}  // namespace stl10
