#include "stl10/train/schedule.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

constexpr int64_t kSteps = 10, kTotal = 100;

double factor(const ScheduleOptions& options, int64_t step) {
  return schedule_factor(options, step, kTotal, kSteps);
}

TEST(Schedule, ConstantStaysAtOne) {
  for (const int64_t step : {0, 50, 99}) EXPECT_EQ(factor({}, step), 1);
}

TEST(Schedule, CosineFallsFromOneToTheFinalFactor) {
  const ScheduleOptions options{.decay = Decay::kCosine, .final_factor = 0.1};
  EXPECT_DOUBLE_EQ(factor(options, 0), 1);
  EXPECT_DOUBLE_EQ(factor(options, 50), 0.55);
  EXPECT_DOUBLE_EQ(factor(options, 100), 0.1);
  for (int64_t step = 1; step < kTotal; ++step) {
    EXPECT_LT(factor(options, step), factor(options, step - 1));
  }
}

TEST(Schedule, WarmUpRisesLinearlyAndThenTheCosineBegins) {
  const ScheduleOptions options{.decay = Decay::kCosine, .warmup_epochs = 2};
  EXPECT_DOUBLE_EQ(factor(options, 0), 1.0 / 20);
  EXPECT_DOUBLE_EQ(factor(options, 9), 10.0 / 20);
  EXPECT_DOUBLE_EQ(factor(options, 20), 1);
  EXPECT_DOUBLE_EQ(factor(options, 60), 0.5);
  EXPECT_NEAR(factor(options, 99), 0, 1e-3);
}

TEST(Schedule, FrozenEpochsHaveTheFactorZeroAndTheRestFollowsAsIfItBeganThen) {
  const ScheduleOptions options{.decay = Decay::kCosine, .warmup_epochs = 1, .frozen_epochs = 2};
  EXPECT_EQ(factor(options, 0), 0);
  EXPECT_EQ(factor(options, 19), 0);
  for (const int64_t step : {20, 25, 30, 77, 99}) {
    EXPECT_EQ(factor(options, step), schedule_factor({.decay = Decay::kCosine, .warmup_epochs = 1},
                                                     step - 20, 80, kSteps));
  }
}

TEST(Schedule, WarmUpLongerThanTheRunKeepsRising) {
  EXPECT_DOUBLE_EQ(factor({.decay = Decay::kCosine, .warmup_epochs = 40}, 99), 0.25);
}

}  // namespace
}  // namespace stl10
