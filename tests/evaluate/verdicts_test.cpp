#include "stl10/evaluate/verdicts.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace stl10 {
namespace {

TEST(Standing, MoreIsBetterAboveOneThresholdAndLessBelowTheOther) {
  const auto of = [](std::optional<double> value, double holds, double violated) {
    return standing_of({.measure = "", .value = value, .holds = holds, .violated = violated});
  };
  EXPECT_EQ(of(0.5, 0.5, 0.2), Standing::kHolds);
  EXPECT_EQ(of(0.49, 0.5, 0.2), Standing::kWeak);
  EXPECT_EQ(of(0.2, 0.5, 0.2), Standing::kWeak);
  EXPECT_EQ(of(0.19, 0.5, 0.2), Standing::kViolated);
  EXPECT_EQ(of(2, 2, 5), Standing::kHolds);
  EXPECT_EQ(of(2.1, 2, 5), Standing::kWeak);
  EXPECT_EQ(of(5.1, 2, 5), Standing::kViolated);
  EXPECT_EQ(of(std::numeric_limits<double>::infinity(), 2, 5), Standing::kViolated);
  EXPECT_EQ(of(std::nullopt, 2, 5), Standing::kUnknown);
}

TEST(ClustersVerdict, TheWeakerOneDecides) {
  DiscreteClusters found{.clusters = 2, .cloud_silhouette = 0.1};
  found.silhouettes = at::full({50}, 0.6, at::kDouble);
  found.gap = {.gap = {0, 0.1}, .error = {0, 0.02}, .clusters = 2};
  found.gap_at = 2;
  found.inertia_below = 1 - std::exp(-0.1);
  Verdict verdict = clusters_verdict(found, 0);
  EXPECT_EQ(verdict.effect.measure, "inertia_below_clouds");
  EXPECT_EQ(verdict.standing, Standing::kWeak);
  EXPECT_NEAR(verdict.effect.interval.low, 1 - std::exp(1.96 * 0.02 - 0.1), 1e-12);
  EXPECT_NEAR(verdict.effect.interval.high, 1 - std::exp(-1.96 * 0.02 - 0.1), 1e-12);
  found.silhouettes = at::full({50}, 0.12, at::kDouble);
  verdict = clusters_verdict(found, 0);
  EXPECT_EQ(verdict.effect.measure, "silhouette_above_clouds");
  EXPECT_EQ(verdict.standing, Standing::kViolated);
  EXPECT_NEAR(*verdict.effect.value, 0.02, 1e-12);
}

TEST(BalanceVerdict, AClassWithoutLabelsIsInfinitelyRare) {
  const Verdict verdict = balance_verdict(class_shares(at::tensor({0, 0, 1}, at::kLong), 3));
  EXPECT_EQ(verdict.standing, Standing::kViolated);
  EXPECT_TRUE(std::isinf(*verdict.effect.value));
}

TEST(InClassVerdict, HasTheErrorOfTwoDistributions) {
  OutOfClass found{
      .similarity = at::zeros({400}), .held_out_similarity = at::zeros({100}), .excess = 0.3};
  Verdict verdict = in_class_verdict(found);
  EXPECT_EQ(verdict.standing, Standing::kViolated);
  const double doubt = 1.36 * std::sqrt(1 / 400.0 + 1 / 100.0);
  EXPECT_NEAR(verdict.effect.interval.low, 0.3 - doubt, 1e-12);
  EXPECT_NEAR(verdict.effect.interval.high, 0.3 + doubt, 1e-12);
  found.excess = 0.05;
  verdict = in_class_verdict(found);
  EXPECT_EQ(verdict.standing, Standing::kHolds);
  EXPECT_EQ(verdict.effect.interval.low, 0);
}

TEST(ClassShares, ByHand) {
  const ClassShares shares = class_shares(at::tensor({2, 0, 2, 1, 2, 2, 0, 1}, at::kLong), 3);
  EXPECT_EQ(shares.counts, (std::vector<int64_t>{2, 2, 4}));
  EXPECT_NEAR(shares.normalized_entropy, 1.5 * std::log(2) / std::log(3), 1e-12);
  EXPECT_EQ(shares.ratio, 2);
  EXPECT_EQ(shares.ratio_interval.low, 1) << "not below even";
  EXPECT_NEAR(shares.ratio_interval.high, 2 * std::exp(1.96 * std::sqrt(0.75)), 1e-12);
}

TEST(ClassShares, OneClassAndAnEmptyOne) {
  EXPECT_EQ(class_shares(at::zeros({3}, at::kLong), 1).normalized_entropy, 1);
  const ClassShares shares = class_shares(at::zeros({3}, at::kLong), 2);
  EXPECT_EQ(shares.normalized_entropy, 0);
  EXPECT_FALSE(shares.ratio);
}

}  // namespace
}  // namespace stl10
