#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "stl10/base/philox.h"

namespace stl10 {

/// 0, 1, …, count − 1.
std::vector<int64_t> all_indices(int64_t count);

/// `items` in an order that is a function of (seed, id) and every order equally likely: Fisher and
/// Yates' shuffle (Knuth, TAOCP 2, algorithm P). Below 2^32 items.
std::vector<int64_t> shuffled(std::vector<int64_t> items, uint64_t seed, const StreamId& id);

/// Endless passes over the images 0 … count − 1. Every pass has an order of its own, a function of
/// (seed, stream, pass), and is cut into batches, so no batch holds an image twice and a pass
/// without a dropped rest holds each image once. Safe to share among threads.
class ShuffledPasses {
 public:
  struct Options {
    int64_t count = 0;       ///< images, at least 1
    int64_t batch_size = 1;  ///< at least 1; one larger than `count` takes all images
    bool drop_last = false;  ///< leave out the partial batch at the end of a pass
    uint64_t seed = 0;
    uint32_t stream = 0;  ///< tells apart passes over different images
  };

  explicit ShuffledPasses(const Options& options);

  int64_t batches_per_pass() const { return batches_; }

  /// Images of the smallest batch of a pass.
  int64_t smallest_batch() const;

  /// The pass that the batch of step 0, 1, … belongs to.
  int64_t pass_of(int64_t step) const { return step / batches_; }

  /// The images of one step, from any step to any other; costs a shuffle where the pass changes.
  std::vector<int64_t> batch(int64_t step) const;

 private:
  Options options_;
  int64_t batches_;
  mutable std::mutex mutex_;  ///< guards the order of the pass that was asked for last
  mutable int64_t cached_pass_ = -1;
  mutable std::vector<int64_t> order_;
};

/// `indices` in their order in blocks of `size`, the last one partial, none dropped: how data is
/// judged. The blocks borrow from `indices`.
std::vector<std::span<const int64_t>> sequential_batches(std::span<const int64_t> indices,
                                                         int64_t size);

}  // namespace stl10
