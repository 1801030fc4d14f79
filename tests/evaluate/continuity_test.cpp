#include "stl10/evaluate/continuity.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "golden.h"

namespace stl10 {
namespace {

using testing::distance;
using testing::wave;

TEST(Continuity, ByHandOnALine) {
  // Two classes, each a run of three: the nearest agree, those across the gap don't.
  const at::Tensor x = at::tensor({0.0, 1.0, 2.1, 10.0, 11.0, 12.1}).unsqueeze(1);
  const at::Tensor labels = at::tensor({0, 0, 0, 1, 1, 1}, at::kLong);
  const Continuity found = continuity(nearest_points(x, 5), labels, 2);
  EXPECT_NEAR(found.chance, 0.4, 1e-12);  // 6 of 15 pairs
  EXPECT_EQ(found.by_rank, (std::vector<double>{1, 1, 0, 0, 0}));
  ASSERT_EQ(found.by_distance.size(), 2u);
  EXPECT_EQ(found.by_distance[0].pairs, 15);
  EXPECT_NEAR(found.by_distance[0].agreement, 12.0 / 15, 1e-12);
  EXPECT_EQ(found.by_distance[1].agreement, 0);
  ASSERT_TRUE(found.half_distance);
  const double near = found.by_distance[0].distance, far = found.by_distance[1].distance;
  EXPECT_NEAR(*found.half_distance, near + (0.8 - 0.6) / 0.8 * (far - near), 1e-9);
  EXPECT_LT(distance(found.surplus, at::zeros({6})), 1e-12) << "2 of 5 neighbours are chance";
}

TEST(Continuity, EqualsANaiveLoop) {
  const at::Tensor x = wave(90 * 3, 0.7, 0.2).reshape({90, 3});
  const at::Tensor labels = x.select(1, 0).gt(0).to(at::kLong) + x.select(1, 1).gt(0.3);
  const NearestPoints nearest = nearest_points(x, 8);
  const Continuity found = continuity(nearest, labels, 7);
  int64_t equal_pairs = 0, agreeing = 0;
  for (int64_t i = 0; i < 90; ++i) {
    for (int64_t j = 0; j < 90; ++j) {
      if (i != j && labels[i].equal(labels[j])) ++equal_pairs;
    }
    if (labels[i].equal(labels[nearest.places[i][2].item<int64_t>()])) ++agreeing;
  }
  EXPECT_NEAR(found.chance, equal_pairs / (90.0 * 89), 1e-12);
  EXPECT_NEAR(found.by_rank[2], agreeing / 90.0, 1e-12);
  double ranks = 0, bins = 0;
  for (const double share : found.by_rank) ranks += share / 8;
  int64_t pairs = 0;
  for (const AgreementAt& bin : found.by_distance) {
    bins += bin.agreement * static_cast<double>(bin.pairs) / (90 * 8);
    pairs += bin.pairs;
  }
  EXPECT_EQ(pairs, 90 * 8);
  EXPECT_NEAR(bins, ranks, 1e-12);
  EXPECT_NEAR(found.surplus.mean().item<double>(), (ranks - found.chance) / (1 - found.chance),
              1e-12);
}

TEST(Continuity, LabelsThatFollowNothingAreAtChance) {
  const at::Tensor x = wave(600 * 3, 0.7, 0.2).reshape({600, 3});
  const at::Tensor labels = at::arange(600, at::kLong).mul(7).remainder(5);
  const Continuity found = continuity(nearest_points(x, 50), labels);
  for (const AgreementAt& bin : found.by_distance) {
    EXPECT_NEAR(bin.agreement, found.chance, 0.06);
  }
  EXPECT_NEAR(found.surplus.mean().item<double>(), 0, 0.02);
}

TEST(Continuity, OneLabelSaysNothing) {
  const at::Tensor x = wave(12, 0.7, 0.2).reshape({6, 2});
  const Continuity found = continuity(nearest_points(x, 2), at::zeros({6}, at::kLong));
  EXPECT_EQ(found.chance, 1);
  EXPECT_FALSE(found.surplus.defined());
  EXPECT_FALSE(found.half_distance);
}

TEST(Continuity, EqualPointsAreNeighboursLikeOthers) {
  const at::Tensor labels = at::tensor({0, 1, 0, 1}, at::kLong);
  const Continuity found = continuity(nearest_points(at::zeros({4, 2}), 3), labels);
  EXPECT_NEAR(found.chance, 1.0 / 3, 1e-12);
  EXPECT_NEAR(found.surplus.mean().item<double>(), 0, 1e-12) << "all others are the neighbours";
}

}  // namespace
}  // namespace stl10
