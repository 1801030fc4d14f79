#pragma once

#include "stl10/evaluate/judge.h"
#include "stl10/train/progress.h"

namespace stl10 {

/// Loss and accuracy of a judgement.
inline Metrics to_metrics(const Judgement& judgement) {
  return {.means = {{"loss", judgement.loss}, {"accuracy", judgement.accuracy}},
          .count = static_cast<int64_t>(judgement.indices.size())};
}

}  // namespace stl10
