#pragma once

#include <cstdint>
#include <optional>

#include "stl10/base/compute.h"
#include "stl10/data/dataset.h"
#include "stl10/data/splits.h"

namespace stl10 {

/// What every task is given beside its own options.
struct TaskInput {
  const Dataset& data;  ///< outlives the task
  Compute compute;
  uint64_t seed = 0;
  std::optional<int64_t> steps_per_epoch = {};  ///< empty: one pass over the images
  int64_t epochs = 0;  ///< of the whole run, for what moves along it; 0: it stays as it begins
  std::optional<Split> split = {};  ///< instead of what the options say: for cross-validation
};

}  // namespace stl10
