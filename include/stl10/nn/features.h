#pragma once

#include "stl10/nn/encoder.h"

namespace stl10 {

/// An encoder's features as heads, losses and judges take them: x (N, 3, S, S) in [0, 1] → float
/// (double for double) (N, features(tap)). The encoder runs in `type` (autocast); on the CPU, where
/// it doesn't mix images, in chunks whose later maps stay in the cache.
at::Tensor features_at(Encoder& encoder, const at::Tensor& x, Tap tap, at::ScalarType type);

/// The same of a frozen encoder: in evaluation mode (afterwards in training mode), without
/// gradient.
at::Tensor frozen_features_at(Encoder& encoder, const at::Tensor& x, Tap tap, at::ScalarType type);

}  // namespace stl10
