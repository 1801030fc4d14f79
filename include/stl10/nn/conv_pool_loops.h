#pragma once

#include <cstdint>

#include "stl10/base/cpu.h"

/// The loops of `conv_pool`, for plain memory. Letters: C output channels (a multiple of 16),
/// S sides, P sides of the pooled map without, Q with its padding.
namespace stl10 {

inline constexpr int kConvPoolInputs = 3;                  ///< channels of the image
inline constexpr int kConvPoolTaps = 9 * kConvPoolInputs;  ///< in the order row, column, channel

struct ConvPoolShape {
  int64_t side = 0;         ///< S of the image
  int64_t pooled_side = 0;  ///< P ≤ ⌈S / 4⌉
  int64_t padded_side = 0;  ///< Q ≥ P: zeros follow at the bottom and right
  int64_t channels = 0;     ///< C
  bool bfloat16 = false;    ///< image, pooled map and its gradient; else float
  float floor = 0;          ///< what lies below becomes this: 0 for a ReLU, −∞ for none

  int64_t map_values() const { return padded_side * padded_side * channels; }
  /// Which of four places was the largest: two bits a value.
  int64_t place_bytes() const { return pooled_side * pooled_side * channels / 4; }
  /// Floats that a call may use, aligned to 64 bytes.
  int64_t scratch_values() const {
    return 5 * (side + 4) * kConvPoolInputs + pooled_side * (4 * kConvPoolTaps + 32);
  }
};

struct ConvPoolLoops {
  /// image (S, S, 3), weight (27, C), bias (C) → map (Q, Q, C), places.
  void (*forward)(const ConvPoolShape& shape, const void* image, const float* weight,
                  const float* bias, float* scratch, void* map, uint8_t* places);

  /// Adds an image's part to weight_gradient (C / 16, 27, 16) and bias_gradient (C). `map` and
  /// `places` are forward's; gradient (Q, Q, C) is the map's.
  void (*backward)(const ConvPoolShape& shape, const void* image, const void* map,
                   const uint8_t* places, const void* gradient, float* scratch,
                   float* weight_gradient, float* bias_gradient);
};

const ConvPoolLoops& conv_pool_loops(InstructionSet set);

}  // namespace stl10
