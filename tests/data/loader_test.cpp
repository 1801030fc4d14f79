#include "stl10/data/loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "stl10/base/error.h"
#include "tiny_data.h"

namespace stl10 {
namespace {

using testing::expect_says;
using testing::message_of;
using Indices = std::vector<int64_t>;

/// Labels of 1,000 training images: image i is of class i mod 7.
Indices labels() {
  Indices all(1000);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i % 7);
  return all;
}

/// Every third image is trained on.
Indices every_third(int64_t count) {
  Indices indices;
  for (int64_t i = 0; i < count; ++i) indices.push_back(3 * i);
  return indices;
}

Loader make_loader(const LoaderOptions& options, int64_t labeled, int64_t unlabeled = 0,
                   uint64_t seed = 1) {
  return {options, every_third(labeled), labels(), seed, unlabeled};
}

std::map<int64_t, int> counts_of(const Loader& loader, int64_t epochs, Indices Batch::*kind) {
  std::map<int64_t, int> counts;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    for (int64_t step = 0; step < loader.steps_per_epoch(); ++step) {
      const Batch batch = loader.batch(epoch, step);
      for (const int64_t index : batch.*kind) ++counts[index];
    }
  }
  return counts;
}

void expect_all(const std::map<int64_t, int>& counts, size_t images, int times) {
  EXPECT_EQ(counts.size(), images);
  for (const auto& [index, count] : counts) EXPECT_EQ(count, times) << "image " << index;
}

TEST(Loader, ASupervisedEpochPassesEachImageOnce) {
  const Loader loader = make_loader({.batch_size = 25}, 110);
  EXPECT_EQ(loader.steps_per_epoch(), 5);
  EXPECT_EQ(loader.batch(0, 4).labeled.size(), 10u);
  expect_all(counts_of(loader, 1, &Batch::labeled), 110, 1);
  expect_all(counts_of(loader, 4, &Batch::labeled), 110, 4);
  EXPECT_EQ(loader.batch(3, 4).labeled_pass, 3);
}

TEST(Loader, LabelsBelongToTheirImages) {
  const Loader loader = make_loader({.batch_size = 25}, 110);
  for (int64_t step = 0; step < loader.steps_per_epoch(); ++step) {
    const Batch batch = loader.batch(0, step);
    ASSERT_EQ(batch.labels.size(), batch.labeled.size());
    EXPECT_TRUE(batch.unlabeled.empty());
    for (size_t i = 0; i < batch.labels.size(); ++i) {
      EXPECT_EQ(batch.labeled[i] % 3, 0);
      EXPECT_EQ(batch.labels[i], batch.labeled[i] % 7);
    }
  }
}

TEST(Loader, DropLastLeavesOutThePartialBatch) {
  const Loader loader = make_loader({.batch_size = 25, .drop_last = true}, 110);
  EXPECT_EQ(loader.steps_per_epoch(), 4);
  expect_all(counts_of(loader, 1, &Batch::labeled), 100, 1);
}

TEST(Loader, TheLongerStreamSetsTheEpochAndTheShorterWrapsAroundEvenly) {
  const LoaderOptions options = {.batch_size = 10, .unlabeled_batch_size = 50, .drop_last = true};
  const Loader loader = make_loader(options, 30, 1010);
  EXPECT_EQ(loader.steps_per_epoch(), 20);
  for (int64_t step = 0; step < 20; ++step) {
    EXPECT_EQ(loader.batch(0, step).labeled.size(), 10u);
    EXPECT_EQ(loader.batch(0, step).unlabeled.size(), 50u);
  }
  expect_all(counts_of(loader, 1, &Batch::unlabeled), 1000, 1);
  expect_all(counts_of(loader, 3, &Batch::labeled), 30, 20);
  EXPECT_EQ(loader.batch(0, 2).labeled_pass, 0);
  EXPECT_EQ(loader.batch(0, 3).labeled_pass, 1);
  EXPECT_EQ(loader.batch(0, 19).unlabeled_pass, 0);
  EXPECT_EQ(loader.batch(1, 0).unlabeled_pass, 1);
}

TEST(Loader, LabeledImagesSetTheEpochWhereTheyAreTheLongerStream) {
  const LoaderOptions options = {.batch_size = 10, .unlabeled_batch_size = 50};
  const Loader loader = make_loader(options, 205, 120);
  EXPECT_EQ(loader.steps_per_epoch(), 21);
  expect_all(counts_of(loader, 1, &Batch::labeled), 205, 1);
  expect_all(counts_of(loader, 1, &Batch::unlabeled), 120, 7);
  EXPECT_EQ(loader.batch(0, 2).unlabeled.size(), 20u);
}

TEST(Loader, StepsPerEpochMayEndAPassEarlyAndTheNextEpochGoesOn) {
  const Loader loader = make_loader({.batch_size = 10, .steps_per_epoch = 2}, 80);
  EXPECT_EQ(loader.steps_per_epoch(), 2);
  expect_all(counts_of(loader, 1, &Batch::labeled), 20, 1);
  expect_all(counts_of(loader, 4, &Batch::labeled), 80, 1);
}

TEST(Loader, StepsPerEpochMayGoBeyondAPass) {
  const Loader loader = make_loader({.batch_size = 10, .steps_per_epoch = 24}, 80);
  expect_all(counts_of(loader, 1, &Batch::labeled), 80, 3);
}

TEST(Loader, NoBatchHoldsAnImageTwice) {
  const LoaderOptions options = {
      .batch_size = 25, .unlabeled_batch_size = 40, .steps_per_epoch = 50};
  const Loader loader = make_loader(options, 33, 90);
  for (int64_t step = 0; step < 50; ++step) {
    const Batch batch = loader.batch(0, step);
    EXPECT_EQ(std::set<int64_t>(batch.labeled.begin(), batch.labeled.end()).size(),
              batch.labeled.size());
    EXPECT_EQ(std::set<int64_t>(batch.unlabeled.begin(), batch.unlabeled.end()).size(),
              batch.unlabeled.size());
  }
}

TEST(Loader, BatchesAreAFunctionOfSeedEpochAndStep) {
  const LoaderOptions options = {.batch_size = 25, .unlabeled_batch_size = 100};
  const Loader first = make_loader(options, 110, 1000), second = make_loader(options, 110, 1000);
  first.batch(0, 0);
  EXPECT_EQ(first.batch(5, 3).labeled, second.batch(5, 3).labeled);
  EXPECT_EQ(first.batch(5, 3).unlabeled, second.batch(5, 3).unlabeled);
  EXPECT_NE(first.batch(5, 3).unlabeled, first.batch(6, 3).unlabeled);
  const Loader other = make_loader(options, 110, 1000, /*seed=*/2);
  EXPECT_NE(first.batch(5, 3).labeled, other.batch(5, 3).labeled);
  EXPECT_NE(first.batch(5, 3).unlabeled, other.batch(5, 3).unlabeled);
}

TEST(Loader, LabeledAndUnlabeledImagesAreShuffledApart) {
  const LoaderOptions options = {.batch_size = 100, .unlabeled_batch_size = 100};
  const Loader loader = make_loader(options, 100, 100);
  Batch batch = loader.batch(0, 0);
  for (int64_t& index : batch.labeled) index /= 3;
  EXPECT_NE(batch.labeled, batch.unlabeled);
}

TEST(Loader, NoImagesAreRefused) {
  expect_says(message_of<UsageError>([] { make_loader({}, 0); }), {"no labeled images"});
  expect_says(message_of<UsageError>([] { make_loader({.unlabeled_batch_size = 1}, 5, 0); }),
              {"no unlabeled images"});
}

}  // namespace
}  // namespace stl10
