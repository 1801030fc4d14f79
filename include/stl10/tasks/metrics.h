#pragma once

#include <cstdint>
#include <vector>

#include "stl10/evaluate/judge.h"
#include "stl10/train/progress.h"

namespace stl10 {

/// How many images are right, as everywhere: the most probable of the data's classes is the label.
/// @param logits (N, outputs ≥ classes). @param labels int64 (N). @return int64, without axes.
at::Tensor hits(const at::Tensor& logits, const at::Tensor& labels, int64_t classes);

/// Loss and accuracy of a judgement; without a loss where it is infinite, because images of a class
/// are judged that had no labels to learn from.
/// @param absent such classes.
Metrics to_metrics(const Judgement& judgement, const std::vector<int64_t>& absent = {});

}  // namespace stl10
