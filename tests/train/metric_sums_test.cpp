#include "stl10/train/metric_sums.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>

namespace stl10 {
namespace {

TEST(MetricSums, AddsAsADoubleDoes) {
  MetricSums sums;
  double expected = 0;
  for (int i = 1; i <= 100; ++i) {
    const float loss = 1.0f / static_cast<float>(i);
    expected += static_cast<double>(loss) * 7;
    sums.add_mean("loss", at::full({}, loss), 7);
  }
  const MetricSums::Reading reading = sums.read();
  EXPECT_EQ(reading.sums.at("loss").sum, expected);
  EXPECT_EQ(reading.sums.at("loss").count, 700);
  EXPECT_FALSE(reading.bad_step.has_value());
}

TEST(MetricSums, EveryNameHasItsOwnSum) {
  MetricSums sums;
  sums.add("a", at::ones({}, at::kLong), 2);
  sums.add("b", at::full({1}, 5.0), 3);
  sums.add("a", at::ones({}, at::kBool), 2);
  const auto read = sums.read().sums;
  EXPECT_EQ(read.size(), 2u);
  EXPECT_EQ(read.at("a").sum, 2);
  EXPECT_EQ(read.at("a").count, 4);
  EXPECT_EQ(read.at("b").sum, 5);
}

TEST(MetricSums, GoesOnFromSavedSumsToTheBit) {
  MetricSums straight, first;
  for (int i = 0; i < 3; ++i) straight.add("loss", at::full({}, 0.1 * i), 1);
  for (int i = 0; i < 2; ++i) first.add("loss", at::full({}, 0.1 * i), 1);
  MetricSums second(first.read().sums);
  EXPECT_EQ(second.read().sums.at("loss").sum, first.read().sums.at("loss").sum);
  second.add("loss", at::full({}, 0.1 * 2), 1);
  EXPECT_EQ(second.read().sums.at("loss").sum, straight.read().sums.at("loss").sum);
  EXPECT_EQ(second.read().sums.at("loss").count, 3);
}

TEST(MetricSums, TheFirstStepThatIsNotFiniteIsKept) {
  for (const double bad : {NAN, INFINITY, -INFINITY}) {
    for (const int64_t bad_step : {0, 3}) {
      MetricSums sums;
      for (int64_t step = 0; step < 6; ++step) {
        sums.begin_step(step);
        sums.add("fine", at::ones({}), 1);
        sums.add("loss", at::full({}, step < bad_step ? 1.0 : bad), 1);
      }
      EXPECT_EQ(sums.read().bad_step, bad_step) << bad;
    }
  }
}

TEST(MetricSums, NothingAddedReadsAsNothing) {
  EXPECT_TRUE(MetricSums().read().sums.empty());
  EXPECT_FALSE(MetricSums().read().bad_step.has_value());
}

TEST(MetricSums, ASumIsOneValue) {
  EXPECT_THROW(MetricSums().add("loss", at::ones({2}), 2), c10::Error);
}

}  // namespace
}  // namespace stl10
