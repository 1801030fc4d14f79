#pragma once

#include <cstdint>

#include "stl10/base/cpu.h"

/// The loops of `norm_relu`, for one row of a map: W pixels of C channels (a multiple of 16), one
/// after the other. What they sum is added to doubles, so the number of rows costs no digits.
namespace stl10 {

struct NormRow {
  int64_t columns = 0;    ///< W
  int64_t channels = 0;   ///< C
  bool bfloat16 = false;  ///< x, y and their gradients; else float
};

/// For each channel (C): y = max(0, (x − mean) · scale + bias).
struct NormChannels {
  const float* mean;
  const float* scale;
  const float* bias;
};

struct NormReluLoops {
  /// Adds Σ(x − shift) and Σ(x − shift)² to sums (2, C).
  void (*sums)(const NormRow& row, const void* x, const float* shift, double* sums);

  /// @param added to what is compared with 0; null: nothing.
  void (*forward)(const NormRow& row, const void* x, const NormChannels& channels,
                  const void* added, void* y);

  /// Adds Σg and Σg(x − mean) to sums (2, C), g the gradient of y where y isn't 0. @param y
  /// forward's where something was added; null: x says which of it are 0.
  void (*gradient_sums)(const NormRow& row, const void* x, const NormChannels& channels,
                        const void* y, const void* y_gradient, double* sums);

  /// The gradient of x: scale · g + slope · (x − mean) + offset; and g, that of what was added,
  /// where there is y.
  void (*backward)(const NormRow& row, const void* x, const NormChannels& channels, const void* y,
                   const void* y_gradient, const float* slope, const float* offset,
                   void* x_gradient, void* added_gradient);
};

const NormReluLoops& norm_relu_loops(InstructionSet set);

}  // namespace stl10
