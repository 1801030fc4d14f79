#pragma once

#include "stl10/nn/conv4.h"
#include "stl10/nn/head.h"

namespace stl10 {

/// An encoder and a linear head on one of its taps.
class ClassifierImpl : public torch::nn::Module {
 public:
  /// @param has_dense whether the encoder has its dense layer. @throws ConfigError as make_head.
  ClassifierImpl(const EncoderOptions& encoder, const HeadOptions& head, int64_t classes,
                 InitStream& init, Tap tap = Tap::kDense, bool has_dense = true);

  /// x (N, 3, 96, 96) in [0, 1] → logits float (N, outputs), outputs ≥ classes. The encoder runs in
  /// `type` (autocast); the head, like every loss, in fp32.
  at::Tensor forward(const at::Tensor& x, at::ScalarType type = at::kFloat);

  Conv4 encoder = nullptr;
  Dense head = nullptr;

 private:
  Tap tap_;
};
TORCH_MODULE(Classifier);

}  // namespace stl10
