#pragma once

#include <vector>

#include "stl10/base/group.h"
#include "stl10/data/loader.h"

namespace stl10 {

/// A batch with this process's part of the labeled images and their labels.
inline Batch own_labels(const Batch& batch, const Group& group) {
  if (group.is_one()) return batch;
  const auto [first, last] = group.part_of(static_cast<int64_t>(batch.labeled.size()));
  Batch own = batch;
  const auto take = [first = first, last = last](const std::vector<int64_t>& all) {
    return std::vector<int64_t>(all.begin() + first, all.begin() + last);
  };
  own.labeled = take(batch.labeled);
  own.labels = take(batch.labels);
  return own;
}

}  // namespace stl10
