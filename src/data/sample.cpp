#include "stl10/data/sample.h"

#include <algorithm>

#include "stl10/data/shuffle.h"

namespace stl10 {

std::vector<int64_t> random_sample(int64_t count, int64_t limit, uint64_t seed) {
  std::vector<int64_t> some = shuffled(all_indices(count), seed, {.purpose = Purpose::kSubset});
  some.resize(static_cast<size_t>(std::min(count, limit)));
  return some;
}

}  // namespace stl10
