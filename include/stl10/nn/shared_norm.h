#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "stl10/base/group.h"
#include "stl10/nn/conv_norm.h"
#include "stl10/nn/norm_relu.h"

/// Batch normalization where processes share the batch: count, mean and variance are those of all
/// images, in one exchange forward and one backward, however uneven the parts (Ioffe and Szegedy
/// 2015, over the rows of all).
namespace stl10 {

/// Statistics of so many values a channel.
struct CountedStatistics {
  ChannelStatistics statistics;
  int64_t count = 0;
};

/// Of this process's x (N, C, …), of any floating type and order; double, of no values zeros.
CountedStatistics own_statistics(const at::Tensor& x);

/// Those of all processes' values.
CountedStatistics of_all_processes(const CountedStatistics& own, const Group& group);

/// Likewise. @param own without a meaning but for its count where that is 0.
PatchMoments of_all_processes(const PatchMoments& own, const Group& group);

/// Batch normalization of x (N, C, …) by the statistics of all processes' values, of which x has
/// its part, possibly none. The gradients of weight and bias are this process's parts.
at::Tensor shared_batch_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                             const CountedStatistics& of_all, double epsilon, const Group& group);

}  // namespace stl10
