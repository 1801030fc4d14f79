#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "stl10/base/cpu.h"

namespace stl10 {

/// Whether `inner_conv_relu_pool` takes these: on the CPU, x (N, C, S, S) float or bfloat16
/// in channels_last memory order with its padding in it, S ≥ 5, weight float (K, C, 3, 3), C and K
/// multiples of 16, a bias, stride 2.
bool fits_inner_conv_relu_pool(const at::Tensor& x, const at::Tensor& weight,
                               const at::Tensor& bias, int64_t stride);

/// max(0, max-pool of 2×2 (convolution of 3×3, stride 2)) for the layers behind the first, as
/// at::conv2d, at::max_pool2d and at::relu give it one after the other.
///
/// LibTorch makes the convolution's output. It is not kept: of four places one has a gradient, and
/// none where the ReLU is zero, so the backward pass goes through lists of those that have one, for
/// x and for the weights; it does at most a quarter of the dense arithmetic, in float32 whatever
/// x's type. Equal bits for equal numbers of threads and instruction sets.
///
/// @param zeros_behind rows and columns of zeros that follow the map: the next padding.
/// @returns (N, K, P + zeros_behind, P + zeros_behind) in x's memory order, P the side of the
/// pooled map; in the type of at::conv2d's result: x's, or under autocast the one that it chooses.
at::Tensor inner_conv_relu_pool(const at::Tensor& x, const at::Tensor& weight,
                                const at::Tensor& bias, int64_t zeros_behind,
                                InstructionSet set = best_instruction_set());

}  // namespace stl10
