#include "stl10/data/shuffle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

namespace stl10 {
namespace {

using Indices = std::vector<int64_t>;

Indices sorted(Indices indices) {
  std::sort(indices.begin(), indices.end());
  return indices;
}

/// All images of one pass, in its order.
Indices pass(const ShuffledPasses& passes, int64_t number) {
  Indices all;
  for (int64_t i = 0; i < passes.batches_per_pass(); ++i) {
    const Indices batch = passes.batch(number * passes.batches_per_pass() + i);
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

TEST(Shuffled, IsAPermutationThatSeedAndStreamChoose) {
  const StreamId id{Purpose::kShuffle, 3, 0, 0};
  const Indices order = shuffled(all_indices(1000), 7, id);
  EXPECT_EQ(sorted(order), all_indices(1000));
  EXPECT_NE(order, all_indices(1000));
  EXPECT_EQ(order, shuffled(all_indices(1000), 7, id));
  EXPECT_NE(order, shuffled(all_indices(1000), 8, id));
  EXPECT_NE(order, shuffled(all_indices(1000), 7, {Purpose::kShuffle, 4, 0, 0}));
  EXPECT_NE(order, shuffled(all_indices(1000), 7, {Purpose::kSplit, 3, 0, 0}));
}

TEST(Shuffled, KeepsNoneAndOneItem) {
  EXPECT_EQ(shuffled({}, 1, {}), Indices{});
  EXPECT_EQ(shuffled({5}, 1, {}), Indices{5});
}

// 24 orders of 4 items in 24,000 draws: 1,000 each, standard deviation 31.
TEST(Shuffled, GivesEveryOrderEquallyOften) {
  std::map<Indices, int> counts;
  for (uint32_t i = 0; i < 24000; ++i) ++counts[shuffled(all_indices(4), 1, {.sample = i})];
  EXPECT_EQ(counts.size(), 24u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(ShuffledPasses, APassHoldsEachImageOnceAndTheLastBatchIsPartial) {
  const ShuffledPasses passes({.count = 103, .batch_size = 25, .seed = 1});
  EXPECT_EQ(passes.batches_per_pass(), 5);
  EXPECT_EQ(passes.batch(0).size(), 25u);
  EXPECT_EQ(passes.batch(4).size(), 3u);
  EXPECT_EQ(sorted(pass(passes, 0)), all_indices(103));
  EXPECT_EQ(sorted(pass(passes, 17)), all_indices(103));
}

TEST(ShuffledPasses, DropLastLeavesFullBatchesOfDifferentImages) {
  const ShuffledPasses passes({.count = 103, .batch_size = 25, .drop_last = true, .seed = 1});
  EXPECT_EQ(passes.batches_per_pass(), 4);
  for (int64_t step = 0; step < 9; ++step) EXPECT_EQ(passes.batch(step).size(), 25u);
  const Indices first = pass(passes, 0);
  EXPECT_EQ(std::set<int64_t>(first.begin(), first.end()).size(), 100u);
  EXPECT_NE(sorted(first), sorted(pass(passes, 1))) << "each pass drops other images";
}

TEST(ShuffledPasses, NothingIsDroppedWhereBatchesFit) {
  for (const bool drop_last : {false, true}) {
    const ShuffledPasses passes({.count = 100, .batch_size = 25, .drop_last = drop_last});
    EXPECT_EQ(passes.batches_per_pass(), 4);
    EXPECT_EQ(sorted(pass(passes, 2)), all_indices(100));
  }
}

TEST(ShuffledPasses, ABatchLargerThanTheImagesTakesAll) {
  for (const bool drop_last : {false, true}) {
    const ShuffledPasses passes({.count = 7, .batch_size = 25, .drop_last = drop_last});
    EXPECT_EQ(passes.batches_per_pass(), 1);
    EXPECT_EQ(sorted(passes.batch(3)), all_indices(7));
  }
}

TEST(ShuffledPasses, EveryPassHasAnOrderOfItsOwn) {
  const ShuffledPasses passes({.count = 50, .batch_size = 10, .seed = 1});
  const ShuffledPasses other_seed({.count = 50, .batch_size = 10, .seed = 2});
  const ShuffledPasses other_stream({.count = 50, .batch_size = 10, .seed = 1, .stream = 1});
  const std::set<Indices> orders = {pass(passes, 0), pass(passes, 1), pass(other_seed, 0),
                                    pass(other_stream, 0)};
  EXPECT_EQ(orders.size(), 4u);
}

TEST(ShuffledPasses, AnyStepCanBeAskedForInAnyOrder) {
  const ShuffledPasses forward({.count = 50, .batch_size = 8, .seed = 1});
  const ShuffledPasses backward({.count = 50, .batch_size = 8, .seed = 1});
  std::vector<Indices> expected;
  for (int64_t step = 0; step < 30; ++step) expected.push_back(forward.batch(step));
  for (int64_t step = 29; step >= 0; --step) {
    EXPECT_EQ(backward.batch(step), expected[static_cast<size_t>(step)]);
    EXPECT_EQ(backward.pass_of(step), step / 7);
  }
}

TEST(ShuffledPasses, ThreadsMayShareOne) {
  const ShuffledPasses shared({.count = 5000, .batch_size = 2500, .seed = 1});
  const ShuffledPasses alone({.count = 5000, .batch_size = 2500, .seed = 1});
  std::vector<Indices> got(2000);
  const auto fetch = [&](size_t first, size_t stride) {
    for (size_t i = 0; i < got.size() / 2; ++i) {
      const size_t step = (first + i * stride) % got.size();
      got[step] = shared.batch(static_cast<int64_t>(step));
    }
  };
  std::thread other(fetch, got.size() - 1, got.size() - 2);  // odd steps, backwards
  fetch(0, 2);
  other.join();
  for (size_t step = 0; step < got.size(); ++step) {
    EXPECT_EQ(got[step], alone.batch(static_cast<int64_t>(step)));
  }
}

TEST(ShuffledPasses, TheSmallestBatchIsTheRestUnlessItIsDropped) {
  const auto smallest = [](int64_t count, int64_t batch_size, bool drop_last) {
    return ShuffledPasses({count, batch_size, drop_last}).smallest_batch();
  };
  EXPECT_EQ(smallest(21, 20, false), 1);
  EXPECT_EQ(smallest(21, 20, true), 20);
  EXPECT_EQ(smallest(40, 20, false), 20);
  EXPECT_EQ(smallest(5, 20, false), 5);
}

TEST(SequentialBatches, KeepTheOrderAndDropNothing) {
  const Indices indices = {9, 4, 7, 1, 8, 2, 6};
  const auto blocks = sequential_batches(indices, 3);
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[2].size(), 1u);
  Indices joined;
  for (const auto& block : blocks) joined.insert(joined.end(), block.begin(), block.end());
  EXPECT_EQ(joined, indices);
  EXPECT_EQ(sequential_batches(indices, 7).size(), 1u);
  EXPECT_EQ(sequential_batches(indices, 100).size(), 1u);
  EXPECT_TRUE(sequential_batches({}, 3).empty());
}

}  // namespace
}  // namespace stl10
