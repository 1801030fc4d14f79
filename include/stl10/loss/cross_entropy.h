#pragma once

#include <ATen/core/Tensor.h>

#include "stl10/base/shared_rows.h"

namespace stl10 {

/// Mean cross-entropy of softmax(logits) against the labels, in float (double for
/// double).
/// @param logits (N, outputs), any floating type. @param labels int64 (N) in [0, outputs).
/// @param smoothing share of the target spread evenly over all outputs (Szegedy et al. 2016), [0,
/// 1).
/// @param class_weights floating (classes ≥ labels), on the labels' device: what each image's loss
/// is multiplied with, by its label; the mean is still over N. Undefined: 1.
/// @param rows where processes share them: the loss is this one's part, 0 without rows.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing,
                         const at::Tensor& class_weights = {}, const SharedRows& rows = {});

}  // namespace stl10
