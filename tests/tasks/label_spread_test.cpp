#include "stl10/tasks/label_spread.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "stl10/base/error.h"
#include "stl10/base/unit_length.h"
#include "stl10/tasks/encoder_features.h"
#include "tasks/pretrained_fixture.h"

namespace stl10 {
namespace {

class LabelSpreadTest : public testing::PretrainedFixture {
 protected:
  LabelSpread spread() const {
    LabelSpread result(options_, {.data = data_}, pretrained());
    result.run();
    return result;
  }

  LabelSpreadOptions options_;
};

TEST_F(LabelSpreadTest, JudgesTestImagesAmongAllOthersByCosine) {
  options_.k = 6;
  options_.alpha = 0.7;
  const LabelSpread found = spread();
  const auto features = [&](const ImageSet& images) {
    PlainImages plain = plain_images(images, kSide, at::kCPU);
    const std::vector<int64_t> indices = all_indices(images);
    return encoder_features(pretrained().load(), Tap::kFlat, {plain, indices}, {});
  };
  const at::Tensor x = unit_length(at::cat({features(data_.train), features(data_.test)}));
  const at::Tensor labels = at::cat({labels_of(all_indices(data_.train), data_.train.labels),
                                     at::full({data_.test.count()}, -1, at::kLong)});
  const at::Tensor expected =
      spread_probabilities(spread_labels(neighbour_graph(nearest_points(x, 6), 6), labels, 10, 0.7),
                           labels)
          .slice(0, 120);
  EXPECT_LT((found.test().probabilities - expected).abs().max().item<double>(), 1e-6);
  EXPECT_EQ(found.test().indices, all_indices(data_.test));
  EXPECT_EQ(found.path().size(), 1u) << "nothing is chosen";
}

TEST_F(LabelSpreadTest, TestLabelsMoveNothing) {
  const LabelSpread before = spread();
  for (size_t i = 0; i < data_.test.labels.size(); ++i) {
    data_.test.labels[i] = before.test().predicted[static_cast<int64_t>(i)].item<int64_t>();
  }
  const LabelSpread after = spread();
  EXPECT_TRUE(at::equal(before.test().predicted, after.test().predicted));
  EXPECT_EQ(before.chosen().k, after.chosen().k);
  EXPECT_EQ(before.chosen().alpha, after.chosen().alpha);
  EXPECT_LT(before.test().accuracy, 1);
  EXPECT_EQ(after.test().accuracy, 1);
}

TEST_F(LabelSpreadTest, LabelsThatAreNotGivenMoveNothing) {
  options_.split.fold = 0;
  const LabelSpread before = spread();
  std::reverse(data_.train.labels.begin() + 60, data_.train.labels.end());
  const LabelSpread after = spread();
  EXPECT_TRUE(at::equal(before.test().probabilities, after.test().probabilities));
  EXPECT_EQ(before.chosen().k, after.chosen().k);
  EXPECT_EQ(before.chosen().accuracy, after.chosen().accuracy);
}

TEST_F(LabelSpreadTest, TheBestPairOfThePathIsChosen) {
  const LabelSpread found = spread();
  EXPECT_EQ(found.path().size(), 20u);
  for (const SpreadCandidate& one : found.path()) {
    EXPECT_LE(one.accuracy, found.chosen().accuracy);
  }
  options_.k = found.chosen().k;
  options_.alpha = found.chosen().alpha;
  EXPECT_TRUE(at::equal(spread().test().probabilities, found.test().probabilities));
}

TEST_F(LabelSpreadTest, ThereAreAtMostAllOthersAsNeighbours) {
  options_.k = 1000;
  options_.alpha = 0.5;
  EXPECT_EQ(spread().chosen().k, 169) << "of 170 images";
  options_.alpha.reset();
  EXPECT_EQ(spread().path().size(), 5u) << "one k, five alphas";
}

TEST_F(LabelSpreadTest, ImagesThatNoLabelReachesAreCounted) {
  options_.k = 1;
  options_.alpha = 0.5;
  options_.split.labels_per_class = 1;
  const LabelSpread found = spread();
  EXPECT_GT(found.unreached(), 0);
  EXPECT_LT(found.unreached(), 50);
}

TEST_F(LabelSpreadTest, WhatCantBeChosenOrHadIsRefused) {
  options_.split.validation = Validation::kNone;
  EXPECT_THROW(spread(), UsageError);
  options_.split = {.labels_per_class = 1};
  EXPECT_THROW(spread(), UsageError);
  options_ = {.alpha = 0.5, .k = 3, .unlabeled_images = 2};
  EXPECT_THROW(spread(), UsageError) << "there is one";
}

}  // namespace
}  // namespace stl10
