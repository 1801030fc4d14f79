#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "stl10/base/compute.h"
#include "stl10/base/image.h"
#include "stl10/nn/encoder.h"
#include "stl10/tasks/pretrained.h"

namespace stl10 {

/// A frozen encoder that turns images into features, block after block: those that linear-probe
/// sees, to the bit, where the blocks begin at the same images.
class Embedder {
 public:
  /// Images of a block: a multiple of those that a network is shown at a time.
  static constexpr int64_t kBlock = 1024;

  /// @param views as linear-probe's.
  Embedder(const PretrainedEncoder& pretrained, int64_t views, const Compute& compute);

  int64_t features() const { return encoder_->features(tap_); }

  /// @param images in host memory, any number. @return float (N, features) on the CPU.
  /// @throws Interrupted; Diverged where the weights make no number of them.
  at::Tensor embed(const ImageView& images);

 private:
  Encoder encoder_;
  Tap tap_;
  int64_t side_, views_;
  Compute compute_;
};

}  // namespace stl10
