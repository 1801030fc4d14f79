#pragma once

#include <cstdint>
#include <vector>

#include "stl10/evaluate/judge.h"
#include "stl10/train/progress.h"

namespace stl10 {

/// Loss and accuracy of a judgement; without a loss where it is infinite, because images of a class
/// are judged that had no labels to learn from.
/// @param absent such classes.
Metrics to_metrics(const Judgement& judgement, const std::vector<int64_t>& absent = {});

}  // namespace stl10
