#include "stl10/nn/quadrants.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(Quadrants, AreLibTorchsAdaptiveAverages) {
  for (const int64_t side : {2, 3, 4, 5, 6, 9}) {
    const at::Tensor map =
        at::arange(2 * 3 * side * side, at::kDouble).sin().reshape({2, 3, side, side});
    const at::Tensor expected =
        at::adaptive_avg_pool2d(map, {2, 2}).permute({0, 2, 3, 1}).flatten(1);
    EXPECT_EQ(expected.size(1), quadrant_count(side) * 3);
    EXPECT_LT((quadrant_means(map) - expected).abs().max().item<double>(), 1e-12) << side;
  }
}

TEST(Quadrants, OfOnePixelAreThatPixel) {
  const at::Tensor map = at::arange(6, at::kDouble).reshape({2, 3, 1, 1});
  EXPECT_EQ(quadrant_count(1), 1);
  EXPECT_TRUE(at::equal(quadrant_means(map), map.flatten(1)));
}

}  // namespace
}  // namespace stl10
