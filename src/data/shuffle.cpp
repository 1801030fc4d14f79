#include "stl10/data/shuffle.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace stl10 {

std::vector<int64_t> all_indices(int64_t count) {
  std::vector<int64_t> indices(static_cast<size_t>(count));
  std::iota(indices.begin(), indices.end(), int64_t{0});
  return indices;
}

std::vector<int64_t> shuffled(std::vector<int64_t> items, uint64_t seed, const StreamId& id) {
  Philox draw(seed, id);
  for (size_t rest = items.size(); rest > 1; --rest) {
    std::swap(items[rest - 1], items[draw.below(static_cast<uint32_t>(rest))]);
  }
  return items;
}

ShuffledPasses::ShuffledPasses(const Options& options) : options_(options) {
  options_.batch_size = std::min(options.batch_size, options.count);
  const int64_t full = options_.count / options_.batch_size;
  const bool has_rest = options_.count % options_.batch_size != 0;
  batches_ = full + (has_rest && !options_.drop_last ? 1 : 0);
}

int64_t ShuffledPasses::smallest_batch() const {
  const int64_t rest = options_.count % options_.batch_size;
  return rest == 0 || options_.drop_last ? options_.batch_size : rest;
}

std::vector<int64_t> ShuffledPasses::batch(int64_t step) const {
  const std::lock_guard lock(mutex_);
  const int64_t pass = pass_of(step);
  if (pass != cached_pass_) {
    order_ = shuffled(all_indices(options_.count), options_.seed,
                      {Purpose::kShuffle, static_cast<uint32_t>(pass), options_.stream, 0});
    cached_pass_ = pass;
  }
  const int64_t first = step % batches_ * options_.batch_size;
  const int64_t end = std::min(first + options_.batch_size, options_.count);
  return {order_.begin() + first, order_.begin() + end};
}

std::vector<std::span<const int64_t>> sequential_batches(std::span<const int64_t> indices,
                                                         int64_t size) {
  std::vector<std::span<const int64_t>> blocks;
  for (size_t start = 0; start < indices.size(); start += static_cast<size_t>(size)) {
    const size_t length = std::min(static_cast<size_t>(size), indices.size() - start);
    blocks.push_back(indices.subspan(start, length));
  }
  return blocks;
}

}  // namespace stl10
