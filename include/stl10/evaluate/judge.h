#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "stl10/evaluate/predictions.h"

namespace stl10 {

/// What a classifier says of N images, and how good that is on the whole.
struct Judgement : Predictions {
  double loss = 0;  ///< mean cross-entropy over all outputs, no smoothing
  double accuracy = 0;
};

/// Judges logits of the images `indices`; the result is on the CPU.
/// @param logits (N, outputs ≥ classes), as outputs_of gives them.
/// @param labels the label of every image of the file, by index.
Judgement judge(const at::Tensor& logits, const std::vector<int64_t>& indices,
                std::span<const int64_t> labels, int64_t classes);

}  // namespace stl10
