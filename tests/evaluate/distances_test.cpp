#include "stl10/evaluate/distances.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <vector>

#include "golden.h"

namespace stl10 {
namespace {

at::Tensor all_distances(const at::Tensor& x) {
  std::vector<at::Tensor> blocks;
  for_distance_blocks(x, [&](int64_t first, const at::Tensor& distances) {
    EXPECT_EQ(first, blocks.empty() ? 0 : at::cat(blocks).size(0));
    blocks.push_back(distances);
  });
  return at::cat(blocks);
}

at::Tensor naive(const at::Tensor& x) {
  const at::Tensor points = x.to(at::kDouble);
  return (points.unsqueeze(1) - points).square().sum(2).sqrt();
}

TEST(Distances, EqualANaiveLoopOverSeveralBlocks) {
  const at::Tensor x = testing::wave(300 * 5, 0.7, 0.1).reshape({300, 5});
  EXPECT_LT(testing::distance(all_distances(x), naive(x)), 1e-12);
  EXPECT_LT(testing::distance(all_distances(x.to(at::kFloat)), naive(x.to(at::kFloat))), 1e-12);
}

TEST(Distances, FarFromTheOriginNearPointsKeepTheirDigits) {
  const at::Tensor x = 1e6 + 1e-3 * testing::wave(40 * 3, 0.7, 0.1).reshape({40, 3});
  x[0] = 0;  // so that centring alone doesn't help
  EXPECT_LT(((all_distances(x) - naive(x)) / naive(x).clamp_min(1e-9)).abs().max().item<double>(),
            1e-9);
}

TEST(Distances, OfEqualPointsAreZero) {
  const at::Tensor x =
      at::cat({at::full({3, 4}, 0.1, at::kDouble), at::full({2, 4}, 7.3, at::kDouble)});
  const at::Tensor distances = all_distances(x);
  for (const auto& [i, j] : {std::pair{0, 1}, {0, 2}, {3, 4}, {4, 4}}) {
    EXPECT_EQ(distances[i][j].item<double>(), 0);
  }
  EXPECT_NEAR(distances[0][3].item<double>(), 14.4, 1e-12);
  EXPECT_EQ(all_distances(at::ones({1, 2})).item<double>(), 0);
}

}  // namespace
}  // namespace stl10
