#pragma once

#include <cstdint>

#include "stl10/base/cpu.h"

/// The loops of `inner_conv_relu_pool`, for plain memory: what follows the convolution, and the
/// gradients, of one image. Letters: C inputs and K outputs (multiples of 16), S the side of the
/// input with its padding, H = ⌊(S − 3) / 2⌋ + 1 of the convolution's output, P = ⌊H / 2⌋ of the
/// pooled map and Q ≥ P with the zeros behind it. B is the width of a vector in floats.
namespace stl10 {

inline constexpr uint8_t kDeadPlace = 4;  ///< of a value of the pooled map that the ReLU made zero

struct InnerConvShape {
  int64_t side = 0;         ///< S
  int64_t convolved = 0;    ///< H
  int64_t pooled_side = 0;  ///< P
  int64_t padded_side = 0;  ///< Q
  int64_t inputs = 0;       ///< C
  int64_t outputs = 0;      ///< K
  bool bfloat16 = false;    ///< maps and their gradients; else float

  int64_t pooled_pixels() const { return pooled_side * pooled_side; }
  int64_t place_bytes() const { return pooled_pixels() * outputs; }
  int64_t x_values() const { return side * side * inputs; }
  int64_t weight_values() const { return 9 * inputs * outputs; }
  /// 32-bit words that `backward` may use, aligned to 64 bytes.
  int64_t scratch_words() const {
    return x_values() + 4 * place_bytes() + 5 * pooled_pixels() + 2 * outputs + 64;
  }
};

struct InnerConvPoolLoops {
  int64_t lanes;  ///< B

  /// convolved (H, H, K) → map (Q, Q, K) and which of its four places each value comes from
  /// (P, P, K), the first of equals.
  void (*pool)(const InnerConvShape& shape, const void* convolved, void* map, uint8_t* places);

  /// Adds an image's part to weight_gradient (C / B, K, 9, B) and bias_gradient (K), and makes
  /// x_gradient (S, S, C) unless it is null. weight (C / B, K, 9, B); gradient (Q, Q, K) of the
  /// map.
  void (*backward)(const InnerConvShape& shape, const void* x, const float* weight,
                   const uint8_t* places, const void* gradient, uint32_t* scratch,
                   float* weight_gradient, float* bias_gradient, void* x_gradient);
};

const InnerConvPoolLoops& inner_conv_pool_loops(InstructionSet set);

}  // namespace stl10
