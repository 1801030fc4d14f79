#include "stl10/evaluate/label_spreading.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "golden.h"

namespace stl10 {
namespace {

using testing::golden;
using testing::tensor_of;

at::Tensor dense(const Graph& graph) {
  at::Tensor w = at::zeros({graph.nodes(), graph.nodes()}, at::kDouble);
  for (int64_t i = 0; i < graph.nodes(); ++i) {
    for (int64_t e = graph.begin[static_cast<size_t>(i)];
         e < graph.begin[static_cast<size_t>(i) + 1]; ++e) {
      w[i][graph.targets[static_cast<size_t>(e)]] = graph.weights[static_cast<size_t>(e)];
    }
  }
  return w;
}

/// (1 − alpha)(I − alpha·S)⁻¹Y, as it is written.
at::Tensor naive(const at::Tensor& w, const at::Tensor& labels, int64_t classes, double alpha) {
  const at::Tensor root = w.sum(1).pow(-0.5);
  const at::Tensor s = root.unsqueeze(1) * w * root;
  at::Tensor y = at::zeros({w.size(0), classes}, at::kDouble);
  for (int64_t i = 0; i < w.size(0); ++i) {
    if (labels[i].item<int64_t>() >= 0) y[i][labels[i].item<int64_t>()] = 1;
  }
  return (1 - alpha) * at::linalg_solve(at::eye(w.size(0), at::kDouble) - alpha * s, y);
}

/// Every `step`-th label of i mod classes; the others are not given.
at::Tensor some_labels(int64_t n, int64_t classes, int64_t step) {
  const at::Tensor i = at::arange(n, at::kLong);
  return at::where(i.remainder(step).eq(0), i.remainder(classes), -1);
}

TEST(LabelSpreading, EqualsTheDenseSolution) {
  const at::Tensor x = testing::wave(200 * 3, 0.7, 0.2).reshape({200, 3});
  const Graph graph = neighbour_graph(nearest_points(x, 7), 7);
  const at::Tensor labels = some_labels(200, 3, 7);
  for (const double alpha : {0.1, 0.5, 0.99, 0.9999}) {
    const at::Tensor expected = naive(dense(graph), labels, 3, alpha);
    EXPECT_LT(testing::distance(spread_labels(graph, labels, 3, alpha), expected),
              1e-8 * expected.max().item<double>())
        << alpha;
  }
}

TEST(LabelSpreading, EqualsScikitLearnOnTheSameGraph) {
  for (const Json& item : golden("label_spreading.json")) {
    const int64_t n = item["points"], k = item["k"], classes = item["classes"];
    const at::Tensor x = tensor_of(item["x"]).reshape({n, -1});
    const at::Tensor labels = tensor_of(item["labels"]).to(at::kLong);
    const Graph graph = neighbour_graph(nearest_points(x, k), k);
    const at::Tensor found =
        spread_probabilities(spread_labels(graph, labels, classes, item["alpha"]), labels);
    const at::Tensor expected = tensor_of(item["probabilities"]).reshape({n, classes});
    EXPECT_LT(testing::distance(found, expected), 1e-6);
  }
}

TEST(LabelSpreading, WhatNoLabelReachesHasTheSharesOfThoseGiven) {
  // Two pairs far apart; labels in the first alone.
  const at::Tensor x = at::tensor({0.0, 1.0, 100.0, 101.0}).unsqueeze(1);
  const Graph graph = neighbour_graph(nearest_points(x, 1), 1);
  const at::Tensor labels = at::tensor({1, -1, -1, -1}, at::kLong);
  const at::Tensor spread = spread_labels(graph, labels, 3, 0.5);
  EXPECT_EQ(spread[2].sum().item<double>(), 0);
  EXPECT_NEAR(spread[0][1].item<double>(), 0.5 / (1 - 0.25), 1e-12);  // F = (1 − a)/(1 − a²)
  EXPECT_NEAR(spread[1][1].item<double>(), 0.25 / (1 - 0.25), 1e-12);
  const at::Tensor p = spread_probabilities(spread, labels);
  for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR(p[i][1].item<double>(), 1, 1e-12) << i;
}

TEST(LabelSpreading, TheOrderOfNodesAndOfClassesChangesNothing) {
  const at::Tensor x = testing::wave(60 * 2, 0.7, 0.2).reshape({60, 2});
  const at::Tensor labels = some_labels(60, 3, 5);
  const auto spread = [](const at::Tensor& points, const at::Tensor& given) {
    return spread_labels(neighbour_graph(nearest_points(points, 5), 5), given, 3, 0.9);
  };
  const at::Tensor found = spread(x, labels);
  EXPECT_LT(testing::distance(spread(x.flip(0), labels.flip(0)).flip(0), found), 1e-9);
  const at::Tensor renamed = at::where(labels.ge(0), 2 - labels, -1);
  EXPECT_LT(testing::distance(spread(x, renamed).flip(1), found), 1e-9);
}

}  // namespace
}  // namespace stl10
