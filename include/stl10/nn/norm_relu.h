#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "stl10/base/cpu.h"
#include "stl10/base/group.h"

namespace stl10 {

/// Of each channel over N, H and W; float (C).
struct ChannelStatistics {
  at::Tensor mean;
  at::Tensor variance;  ///< divided by N·H·W
};

struct NormReluOptions {
  bool of_batch = true;      ///< the statistics are x's own: gradients flow through them
  int64_t zeros_behind = 0;  ///< rows and columns of zeros that follow the map: the next padding
  double epsilon = 1e-5;
  InstructionSet set = best_instruction_set();
  /// Processes that share the batch whose statistics are given, and the values a channel that all
  /// of them have; empty: x's own.
  Group group = {};
  std::optional<int64_t> count = {};
};

/// Whether the functions below take x: on the CPU, (N, C, H, W) float or bfloat16 in channels_last
/// memory order, C a multiple of 16.
bool fits_norm_relu(const at::Tensor& x);

/// In one pass over x. Sums are float32 along a row of the map and float64 over rows; equal bits
/// for equal numbers of threads and instruction sets.
ChannelStatistics channel_statistics(const at::Tensor& x,
                                     InstructionSet set = best_instruction_set());

/// max(0, batch normalization) (Ioffe and Szegedy 2015) in one pass beside that of the
/// statistics, and its gradients in two: at::batch_norm and at::relu take seven in all. With
/// `added` max(0, batch normalization + added), as a residual block ends (He et al. 2016),
/// likewise.
///
/// Keeps x for the backward pass, and with `added` the result. weight and bias are float (C).
///
/// @param added a map of x's shape and type, or undefined.
/// @returns (N, C, H + zeros_behind, W + zeros_behind) in x's type and memory order.
at::Tensor norm_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                     const ChannelStatistics& statistics, const NormReluOptions& options,
                     const at::Tensor& added = {});

}  // namespace stl10
