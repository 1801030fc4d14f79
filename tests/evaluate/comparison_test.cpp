#include "stl10/evaluate/comparison.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

namespace stl10 {
namespace {

/// Predictions of six images of the classes 0, 0, 0, 1, 1, 1; three classes.
Predictions predicting(const std::vector<int64_t>& predicted) {
  return {.indices = {0, 1, 2, 3, 4, 5},
          .labels = at::tensor({0, 0, 0, 1, 1, 1}, at::kLong),
          .probabilities = at::full({6, 3}, 1.0 / 3),
          .predicted = at::tensor(predicted, at::kLong)};
}

TEST(Comparison, OfTwoClassifiersByHand) {
  const Comparison found =
      compare({predicting({0, 1, 1, 1, 1, 2})}, {predicting({0, 0, 0, 1, 2, 2})});
  EXPECT_NEAR(found.accuracy.mean, 1.0 / 6, 1e-12);  // 4 of 6 against 3
  ASSERT_TRUE(found.mcnemar);
  EXPECT_EQ(found.mcnemar->only_first, 1);
  EXPECT_EQ(found.mcnemar->only_second, 2);
  EXPECT_EQ(found.mcnemar->p_value, 1);
  EXPECT_LT(found.accuracy.low, 0);
  EXPECT_GT(found.accuracy.high, 0.3);
  ASSERT_EQ(found.classes.size(), 3u);
  EXPECT_NEAR(found.classes[0]->mean, 2.0 / 3, 1e-12);
  EXPECT_NEAR(found.classes[1]->mean, -1.0 / 3, 1e-12);
  EXPECT_FALSE(found.classes[2]) << "no images";
}

TEST(Comparison, OfSeveralIsOfTheirMeans) {
  const Predictions right = predicting({0, 0, 0, 1, 1, 1}), wrong = predicting({1, 1, 1, 0, 0, 0});
  const Comparison found = compare({right, wrong}, {right});
  EXPECT_NEAR(found.accuracy.mean, 0.5, 1e-12);
  EXPECT_NEAR(found.accuracy.low, 0.5, 1e-12) << "every image differs by a half";
  EXPECT_FALSE(found.mcnemar);
}

TEST(MeanDeviation, ByHand) {
  EXPECT_EQ(mean_deviation({0.5}).mean, 0.5);
  EXPECT_FALSE(mean_deviation({0.5}).deviation);
  const MeanDeviation two = mean_deviation({1.0, 3.0});
  EXPECT_EQ(two.mean, 2);
  EXPECT_NEAR(*two.deviation, 1.4142135623730951, 1e-12);
  EXPECT_FALSE(mean_deviation({1.0, std::nullopt}).mean);
}

}  // namespace
}  // namespace stl10
