#pragma once

#include <ATen/core/Tensor.h>

namespace stl10 {

/// A difference of accuracies on the same images with its 95 % interval.
struct PairedDifference {
  double mean = 0, low = 0, high = 0;

  /// Whether the first is better, and not by chance alone.
  bool is_clear() const { return low > 0; }
};

/// mean(a − b) over N images, ± 1.96 standard errors of the N paired differences, so that images
/// which both get right or wrong add no doubt; of one image it is all that is possible, −1 to 1.
/// @param a, b any type (N), N ≥ 1: 1 where an image is right, 0 where it is wrong, or a mean of
/// such over several classifiers.
PairedDifference paired_difference(const at::Tensor& a, const at::Tensor& b);

}  // namespace stl10
