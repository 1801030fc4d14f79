#pragma once

#include <optional>

#include "stl10/nn/encoder.h"
#include "stl10/nn/projection_head.h"

namespace stl10 {

/// An encoder, the projection head that a contrastive loss trains it through, and a linear probe
/// that classifies its features without training it.
class ContrastiveNetworkImpl : public torch::nn::Module {
 public:
  /// @param tap the features that the probe, and whoever judges the encoder, take; empty: of the
  /// last map, as the head where its options name none. @throws ConfigError where that is behind
  /// the head's tap, so that nothing would train it.
  ContrastiveNetworkImpl(const EncoderOptions& encoder, const ProjectionOptions& projection,
                         std::optional<Tap> tap, int64_t classes, InitStream& init);

  /// x (N, 3, S, S) in [0, 1] → the head's features h, float (N, D), with gradient, as
  /// `features_at` gives them.
  at::Tensor head_features(const at::Tensor& x, at::ScalarType type = at::kFloat);

  /// The tap that the head takes, behind which the encoder has no layers.
  Tap head_tap() const { return head_tap_; }

  /// The tap that the probe takes.
  Tap tap() const { return tap_; }

  Encoder encoder = nullptr;
  ProjectionHead projection = nullptr;
  Dense probe = nullptr;

 private:
  Tap head_tap_, tap_;
};
TORCH_MODULE(ContrastiveNetwork);

}  // namespace stl10
