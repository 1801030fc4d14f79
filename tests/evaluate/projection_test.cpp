#include "stl10/evaluate/projection.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"

namespace stl10 {
namespace {

using testing::distance;
using testing::golden;
using testing::relative_distance;
using testing::tensor_of;
using testing::wave;

at::Tensor made_points(int64_t count, int64_t features) {
  return wave(count * features, 0.9, 0.3).view({count, features}) * at::arange(1, features + 1);
}

TEST(Projection, AgreesWithScikitLearn) {
  for (const Json& item : golden("projection.json")) {
    const int64_t n = item["count"];
    const at::Tensor x = made_points(n, item["features"]);
    const at::Tensor plane = tensor_of(item["plane"]).view({n, 2});
    EXPECT_LT(relative_distance(principal_plane(x), plane), 1e-7);
    const at::Tensor p = neighbour_probabilities(x, item["perplexity"]);
    const at::Tensor expected = tensor_of(item["probabilities"]).view({n, n});
    EXPECT_LT(relative_distance(p, expected), 1e-4);  // scikit-learn's own search is coarser
    const TsneLoss loss = tsne_loss(expected, wave(2 * n, 1.3, 0.7).view({n, 2}));
    EXPECT_NEAR(loss.divergence, item["divergence"].get<double>(), 1e-6);
    EXPECT_LT(relative_distance(loss.gradient, tensor_of(item["gradient"]).view({n, 2})), 1e-5);
  }
}

TEST(Projection, ThePlaneKeepsDistancesOfPointsThatLieInOne) {
  const at::Tensor flat = at::tensor({3.0, 0.0, -3.0, 0.0, 0.0, 1.0, 0.0, -1.0}).view({4, 2});
  const double cosine = 0.6, sine = 0.8;
  const at::Tensor turn = at::tensor({cosine, sine, 0.0, -sine, cosine, 0.0}).view({2, 3});
  const at::Tensor plane = principal_plane(at::mm(flat, turn) + 5);
  EXPECT_LT(distance(at::cdist(plane, plane), at::cdist(flat, flat)), 1e-9);
}

TEST(Projection, EachRowHasTheNeighboursThatWereAskedFor) {
  const int64_t n = 40;
  const double perplexity = 7;
  // On a ring all rows are alike, so the symmetric form is each row's own.
  const at::Tensor angle = at::arange(n, at::kDouble) * (2 * M_PI / static_cast<double>(n));
  const at::Tensor p =
      neighbour_probabilities(at::stack({angle.cos(), angle.sin()}, 1), perplexity) * n;
  const at::Tensor entropy = -at::xlogy(p, p).sum(1);
  EXPECT_LT(distance(entropy, at::full({n}, std::log(perplexity), at::kDouble)), 1e-8);
}

TEST(Projection, TheGradientIsThatOfTheDivergence) {
  const int64_t n = 12;
  const at::Tensor p = neighbour_probabilities(made_points(n, 3), 4);
  const at::Tensor y = wave(2 * n, 1.3, 0.7).view({n, 2});
  const at::Tensor gradient = tsne_loss(p, y).gradient;
  constexpr double kStep = 1e-5;
  for (const int64_t place : {0, 7, 23}) {
    at::Tensor above = y.clone(), below = y.clone();
    above.view({-1})[place] += kStep;
    below.view({-1})[place] -= kStep;
    const double slope =
        (tsne_loss(p, above).divergence - tsne_loss(p, below).divergence) / (2 * kStep);
    EXPECT_NEAR(gradient.view({-1})[place].item<double>(), slope, 1e-7);
  }
}

TEST(Projection, TsneLowersTheDivergenceAndKeepsGroupsApart) {
  const int64_t n = 60, groups = 3;
  const at::Tensor group = at::arange(n, at::kLong).remainder(groups);
  const at::Tensor x = wave(n * 10, 0.9, 0.3).view({n, 10}) + 8 * at::one_hot(group, 10);
  const at::Tensor y = tsne(x), p = neighbour_probabilities(x, 59.0 / 3);
  EXPECT_LT(tsne_loss(p, y).divergence, 0.8 * tsne_loss(p, principal_plane(x)).divergence);
  const at::Tensor nearest = (at::cdist(y, y) + at::eye(n, at::kDouble) * 1e9).argmin(1);
  EXPECT_TRUE(at::equal(group.index_select(0, nearest), group));
  EXPECT_TRUE(at::equal(tsne(x), y));
}

TEST(Projection, WhatDoesNotVaryIsOnePoint) {
  for (const int64_t n : {1, 2, 3, 10}) {
    const at::Tensor constant = at::full({n, 5}, 0.1f);
    EXPECT_TRUE(at::equal(tsne(constant), at::zeros({n, 2}, at::kDouble))) << n;
    EXPECT_TRUE(principal_plane(at::arange(n).view({n, 1})).isfinite().all().item<bool>());
    EXPECT_TRUE(tsne(at::arange(n).view({n, 1})).isfinite().all().item<bool>()) << n;
  }
  const at::Tensor twins = at::cat({at::zeros({20, 3}), at::ones({20, 3})});
  EXPECT_TRUE(tsne(twins).isfinite().all().item<bool>());
}

}  // namespace
}  // namespace stl10
