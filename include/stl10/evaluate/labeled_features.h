#pragma once

#include <ATen/core/Tensor.h>

namespace stl10 {

/// Features of N images and what they show: x any floating type and device (N, D), labels int64 (N)
/// on the CPU.
struct LabeledFeatures {
  at::Tensor x, labels;
};

}  // namespace stl10
