#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "stl10/base/cpu.h"
#include "stl10/nn/norm_relu.h"

namespace stl10 {

struct ConvNormOptions {
  bool same_padding = true;  ///< of the convolution; false: valid
  bool of_batch = true;      ///< the statistics are x's own: gradients flow through them
  int64_t zeros_behind = 0;  ///< rows and columns of zeros that follow the map: the next padding
  double epsilon = 1e-5;
  InstructionSet set = best_instruction_set();
};

/// Whether the functions below take these: on the CPU, x (N, 3, S, S) float or bfloat16 without a
/// gradient in channels_last memory order, S ≥ 9 and even with `same` padding, weight float (C, 3,
/// 3, 3), C a multiple of 16, no bias, stride 2; N may be 0.
bool fits_conv_norm_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                         int64_t stride, bool same_padding);

/// Of all patches (27: row, column, input) that the convolution meets in N images, each value less
/// ½; double.
struct PatchMoments {
  int64_t count = 0;      ///< of patches
  at::Tensor mean;        ///< (27)
  at::Tensor covariance;  ///< (27, 27), divided by the count
};

/// Sums are float32 along a row of the map and float64 over rows and images. Of no patches mean and
/// covariance are NaN.
PatchMoments patch_moments(const at::Tensor& x, bool same_padding,
                           InstructionSet set = best_instruction_set());

/// Of the convolution's output, which needn't be there: mean w·p̄, variance wᵀ·cov(p)·w.
ChannelStatistics channel_statistics(const PatchMoments& patches, const at::Tensor& weight);

/// max(0, batch normalization (convolution of 3×3, stride 2)) in one pass, as
/// at::conv2d, at::batch_norm and at::relu give it one after the other, for the network's first
/// layer.
///
/// The convolution's output is in memory neither now nor in the backward pass, which goes through
/// the map and its gradient once: with g the gradient where the map isn't 0, all gradients follow
/// from Σg and Σg·p, and where the statistics are x's own from its patches' moments.
///
/// @param patches x's own where options.of_batch is true, else unused. Where processes share a
/// batch, those of all: then the gradients are parts that add up to the whole batch's.
/// @returns (N, C, H + zeros_behind, H + zeros_behind) in x's type and channels_last memory order.
at::Tensor conv_norm_relu(const at::Tensor& x, const at::Tensor& weight,
                          const at::Tensor& norm_weight, const at::Tensor& norm_bias,
                          const ChannelStatistics& statistics, const PatchMoments& patches,
                          const ConvNormOptions& options);

}  // namespace stl10
