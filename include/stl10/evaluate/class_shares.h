#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "stl10/evaluate/confidence_interval.h"

namespace stl10 {

/// How evenly images fall into classes.
struct ClassShares {
  std::vector<int64_t> counts;    ///< one per class
  double normalized_entropy = 1;  ///< of the shares, over log K: 1 even, 0 all in one; 1 for K = 1

  /// The most frequent class over the least frequent one; empty where a class has no image.
  std::optional<double> ratio;

  /// 95 % interval of the ratio of these two classes where images are drawn at random: the ratio
  /// times exp(±1.96·√(1/a + 1/b)), a and b their counts (Katz et al. 1978), but not below 1.
  ConfidenceInterval ratio_interval;
};

/// @param labels int64 (N) in [0, classes), N ≥ 1.
ClassShares class_shares(const at::Tensor& labels, int64_t classes);

}  // namespace stl10
