#pragma once

#include <cstdint>
#include <vector>

namespace stl10 {

/// At most `limit` of 0, 1, …, count − 1, in random order; a function of the seed, and a smaller
/// sample is the beginning of a larger one.
std::vector<int64_t> random_sample(int64_t count, int64_t limit, uint64_t seed);

}  // namespace stl10
