#pragma once

#include <optional>

#include "stl10/nn/encoder.h"
#include "stl10/nn/head.h"

namespace stl10 {

/// An encoder and a linear head on one of its taps: in checkpoints "encoder.…" and "head.…".
class ClassifierImpl : public torch::nn::Module {
 public:
  /// @param tap that the head takes; empty: the encoder's last one. @param last of the encoder.
  /// @throws ConfigError as make_encoder and make_head.
  ClassifierImpl(const EncoderOptions& encoder, const HeadOptions& head, int64_t classes,
                 InitStream& init, std::optional<Tap> tap = std::nullopt,
                 std::optional<Tap> last = std::nullopt);

  /// x (N, 3, S, S) in [0, 1] → logits float (N, outputs), outputs ≥ classes. The encoder runs in
  /// `type` (autocast); the head, like every loss, in fp32.
  at::Tensor forward(const at::Tensor& x, at::ScalarType type = at::kFloat);

  /// The features that the head takes.
  Tap tap() const { return tap_; }

  Encoder encoder = nullptr;
  Dense head = nullptr;

 private:
  Tap tap_;
};
TORCH_MODULE(Classifier);

}  // namespace stl10
