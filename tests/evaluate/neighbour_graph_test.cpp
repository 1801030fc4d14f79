#include "stl10/evaluate/neighbour_graph.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "golden.h"

namespace stl10 {
namespace {

TEST(NearestPoints, EqualANaiveSearchOverSeveralBlocks) {
  const int64_t n = 300, k = 4;
  const at::Tensor x = testing::wave(n * 3, 0.7, 0.1).reshape({n, 3});
  const NearestPoints found = nearest_points(x, k);
  for (int64_t i = 0; i < n; ++i) {
    std::vector<std::pair<double, int64_t>> others;
    for (int64_t j = 0; j < n; ++j) {
      if (j != i) others.emplace_back((x[i] - x[j]).norm().item<double>(), j);
    }
    std::sort(others.begin(), others.end());
    for (int64_t rank = 0; rank < k; ++rank) {
      const auto& [distance, place] = others[static_cast<size_t>(rank)];
      EXPECT_EQ(found.places[i][rank].item<int64_t>(), place);
      EXPECT_NEAR(found.distances[i][rank].item<double>(), distance, 1e-12);
    }
  }
}

TEST(NearestPoints, OfFewPointsAreAllOthers) {
  const NearestPoints found = nearest_points(at::tensor({0.0, 1.0, 5.0}).unsqueeze(1), 9);
  EXPECT_EQ(found.places.size(1), 2);
  EXPECT_EQ(found.places[2][0].item<int64_t>(), 1);
  EXPECT_EQ(found.distances[2][1].item<double>(), 5);
}

TEST(NeighbourGraph, JoinsWhereEitherIsNear) {
  // 0 and 1 are each other's nearest; 5's nearest is 1, whose nearest it is not.
  const Graph graph =
      neighbour_graph(nearest_points(at::tensor({0.0, 1.0, 5.0}).unsqueeze(1), 2), 1);
  EXPECT_EQ(graph.begin, (std::vector<int64_t>{0, 1, 3, 4}));
  EXPECT_EQ(graph.targets, (std::vector<int64_t>{1, 0, 2, 1}));
  EXPECT_EQ(graph.weights, std::vector<double>(4, 1.0));
}

TEST(NeighbourGraph, OfEqualPointsHasNoLoops) {
  const Graph graph = neighbour_graph(nearest_points(at::ones({5, 2}), 3), 3);
  EXPECT_EQ(graph.nodes(), 5);
  for (int64_t i = 0; i < 5; ++i) {
    for (int64_t e = graph.begin[static_cast<size_t>(i)];
         e < graph.begin[static_cast<size_t>(i) + 1]; ++e) {
      EXPECT_NE(graph.targets[static_cast<size_t>(e)], i);
    }
  }
}

}  // namespace
}  // namespace stl10
