#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "stl10/nn/contrastive_network.h"

namespace stl10 {

/// Encoder and projection head that follow those of a network slowly, without gradient: the target
/// of BYOL, the key encoder of MoCo. Its weights and batch statistics are its own.
class MomentumNetworkImpl : public torch::nn::Module {
 public:
  /// Equal to `online` at first, on its device. @param encoder, projection the options that it was
  /// made of.
  MomentumNetworkImpl(const EncoderOptions& encoder, const ProjectionOptions& projection,
                      const ContrastiveNetwork& online);

  /// x (N, 3, S, S) in [0, 1] → embeddings float (N, d), without gradient.
  at::Tensor embed(const at::Tensor& x, at::ScalarType type);

  /// Every weight w becomes momentum·w + (1 − momentum)·(the online one).
  void follow(const ContrastiveNetwork& online, double momentum);

 private:
  Tap tap_;
  Encoder encoder_ = nullptr;
  ProjectionHead projection_ = nullptr;
};
TORCH_MODULE(MomentumNetwork);

/// The momentum at `step` of `total` steps, from `base` at first to 1 at the end by half a cosine
/// (Grill et al. 2020, arXiv:2006.07733, section 3.2); `base` throughout where `total` is 0.
double momentum_at(double base, int64_t step, int64_t total);

}  // namespace stl10
