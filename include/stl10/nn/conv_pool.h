#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "stl10/base/cpu.h"

namespace stl10 {

/// What `conv_pool` makes of the image.
struct ConvPoolOptions {
  bool same_padding = true;  ///< of the convolution; false: valid
  bool relu = true;          ///< of the maxima
  int64_t zeros_behind = 0;  ///< rows and columns of zeros that follow the map: the next padding
  InstructionSet set = best_instruction_set();
};

/// Whether `conv_pool` takes these: on the CPU, x (N, 3, S, S) float or bfloat16 without a
/// gradient (with same padding S is even), weight float (C, 3, 3, 3), C a multiple of 16, stride
/// 2.
bool fits_conv_pool(const at::Tensor& x, const at::Tensor& weight, int64_t stride,
                    const ConvPoolOptions& options);

/// max(0, max-pool of 2×2 (convolution of 3×3, stride 2)), or the maxima as they are, in one pass,
/// as at::conv2d, at::max_pool2d and at::relu give it one after the other, for the network's first
/// layer.
///
/// The convolution's output is never in memory: beside the pooled map two bits a value are kept,
/// which of the four places was the largest (the first of equals, as LibTorch takes it). The
/// backward pass touches that place alone and makes no gradient of x. Sums are float32 for
/// bfloat16, too; equal bits for equal numbers of threads and instruction sets.
///
/// @param bias float (C), or undefined: none.
/// @returns (N, C, P + zeros_behind, P + zeros_behind) in x's type and channels_last memory order,
/// P the side of the pooled map.
at::Tensor conv_pool(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                     const ConvPoolOptions& options);

}  // namespace stl10
