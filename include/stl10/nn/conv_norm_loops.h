#pragma once

#include <cstdint>

#include "stl10/base/cpu.h"

/// The loops of `conv_norm_relu`, for one image in plain memory. Letters: C output channels (a
/// multiple of 16), S the side of the image, H ≥ 4 of the map without, Q with the zeros behind it.
/// Zeros follow the image where the convolution reaches over it. A patch is the 27 values that a
/// place of the convolution meets, in the order row, column, input, each less ½, and a 1.
namespace stl10 {

inline constexpr int kPatchInputs = 3;               ///< channels of the image
inline constexpr int kPatchTaps = 9 * kPatchInputs;  ///< the first values of a patch
inline constexpr int kPatchValues = kPatchTaps + 1;  ///< with the 1
inline constexpr int kPatchStride = 32;              ///< from one row of moments to the next
inline constexpr float kPatchCenter = 0.5F;          ///< of images, whose values lie in [0, 1]
inline constexpr int64_t kPatchColumns = 4;          ///< that `forward` makes at once

struct ConvNormShape {
  int64_t side = 0;         ///< S
  int64_t convolved = 0;    ///< H
  int64_t padded_side = 0;  ///< Q ≥ H
  int64_t channels = 0;     ///< C
  bool bfloat16 = false;    ///< image, map and its gradient; else float

  int64_t map_values() const { return padded_side * padded_side * channels; }
  /// Floats that a call may use, aligned to 64 bytes.
  int64_t scratch_values() const {
    return channels * kPatchValues + convolved * kPatchStride + 3 * (side + 4) * kPatchInputs;
  }
};

struct ConvNormLoops {
  /// Adds Σ q qᵀ over the image's patches q to moments (28, 32), whose last columns stay 0.
  void (*moments)(const ConvNormShape& shape, const void* image, float* scratch, double* moments);

  /// image (S, S, 3) → map (Q, Q, C) = max(0, weightᵀ · patch); weight (28, C), its last row an
  /// offset.
  void (*forward)(const ConvNormShape& shape, const void* image, const float* weight,
                  float* scratch, void* map);

  /// Adds Σ g q to sums (C / 16, 28, 16), g the gradient of the map where that isn't 0.
  void (*backward)(const ConvNormShape& shape, const void* image, const void* map,
                   const void* gradient, float* scratch, double* sums);
};

const ConvNormLoops& conv_norm_loops(InstructionSet set);

}  // namespace stl10
