#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "stl10/nn/contrastive_network.h"

namespace stl10 {

/// Features of many views whose gradient takes the memory of a chunk (Gao et al. 2021,
/// arXiv:2101.06983, section 3.2): they are made without a graph, the loss leaves their gradient,
/// and each chunk, forward once more, takes its part of it to the weights. The gradients are those
/// of one pass, for the price of a second forward pass.
class GradientCache {
 public:
  /// @param chunk views. @throws ConfigError where the network's encoder mixes images, so that a
  /// chunk would differ from the batch.
  GradientCache(const ContrastiveNetwork& network, int64_t chunk);

  /// x (N, 3, S, S) → the head's features, float (N, D), a leaf that awaits a gradient.
  at::Tensor features(const at::Tensor& x, at::ScalarType type);

  /// After the loss' backward pass: adds to the encoder's gradients what all features since the
  /// last call have of it.
  void backward();

 private:
  struct Made {
    at::Tensor x, features;
    at::ScalarType type;
  };
  ContrastiveNetwork network_;
  int64_t chunk_;
  std::vector<Made> made_;
};

}  // namespace stl10
