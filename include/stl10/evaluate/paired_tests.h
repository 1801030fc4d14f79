#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "stl10/evaluate/confidence_interval.h"

/// Whether two classifiers differ by more than chance, on the same N images.
namespace stl10 {

/// McNemar's test, exact: the images that one of the two alone gets right, and the probability of
/// sides as uneven, or more, if each were a fair coin (two-sided binomial test; McNemar 1947).
struct McNemar {
  int64_t only_first = 0, only_second = 0;
  double p_value = 1;  ///< 1 where there are none
};

/// @param a, b bool (N): whether the first, the second is right.
McNemar mcnemar(const at::Tensor& a, const at::Tensor& b);

/// 95 % percentile bootstrap interval (Efron 1979) of the mean of `differences`: images are drawn
/// with replacement, with what both classifiers say of them, hence paired. A function of the
/// differences and the seed. @param differences any type (N), N ≥ 1.
ConfidenceInterval bootstrap_interval(const at::Tensor& differences, uint64_t seed,
                                      int64_t resamples = 10000);

}  // namespace stl10
