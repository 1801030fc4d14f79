#include "stl10/evaluate/gap_statistic.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"

namespace stl10 {
namespace {

TEST(GapStatistic, ByHand) {
  const double e = std::exp(1);
  // Logarithms: the points 2, 1, −1; the clouds 3, 2, 1 and 1, 2, 0.
  const GapStatistic found =
      gap_statistic({e * e, e, 1 / e}, {{e * e * e, e * e, e}, {e, e * e, 1}});
  ASSERT_EQ(found.gap.size(), 3u);
  EXPECT_NEAR(found.gap[0], 0, 1e-12);
  EXPECT_NEAR(found.gap[1], 1, 1e-12);
  EXPECT_NEAR(found.gap[2], 1.5, 1e-12);
  EXPECT_NEAR(found.error[0], std::sqrt(1.5), 1e-12);
  EXPECT_NEAR(found.error[1], 0, 1e-12);
  EXPECT_NEAR(found.error[2], std::sqrt(1.5) / 2, 1e-12);
  EXPECT_EQ(found.clusters, 2) << "the first within the error of the largest";
}

TEST(GapStatistic, GapsBeforeTheLargestMayFall) {
  const GapStatistic found = gap_statistic({8, 7, 2, 1.9}, {{8, 6, 5, 4}, {8, 6, 5, 4.1}});
  EXPECT_LT(found.gap[1], found.gap[0]);
  EXPECT_EQ(found.clusters, 3) << "the original rule says 1";
}

TEST(GapStatistic, OneCloudAndOneNumberOfClusters) {
  EXPECT_EQ(gap_statistic({8, 2, 0.1}, {{8, 6, 5}}).clusters, 3);
  EXPECT_EQ(gap_statistic({8}, {{8}}).clusters, 1);
}

TEST(GaussianLike, HasTheMeanAndCovarianceOfThePoints) {
  const at::Tensor scale = at::tensor({1.0, 2.0, 0.1});
  const at::Tensor x = testing::wave(3000 * 3, 0.7, 0.1).reshape({3000, 3}) * scale + 3;
  const at::Tensor drawn = gaussian_like(x, 0, 0);
  EXPECT_EQ(drawn.scalar_type(), at::kDouble);
  EXPECT_LT(testing::distance(drawn.mean(0) / scale, x.mean(0) / scale), 0.06);
  const at::Tensor scales = scale.unsqueeze(1) * scale;
  EXPECT_LT(testing::distance(at::cov(drawn.t()) / scales, at::cov(x.t()) / scales), 0.06);
  // Of a Gaussian, 3 is the fourth moment of standardized values; of these waves it is 1.5.
  const at::Tensor z = (drawn - drawn.mean(0)) / drawn.std(0, /*unbiased=*/false);
  EXPECT_LT(testing::distance(z.pow(4).mean(0), at::full({3}, 3)), 0.4);
  EXPECT_FALSE(at::equal(drawn, gaussian_like(x, 0, 1)));
  EXPECT_FALSE(at::equal(drawn, gaussian_like(x, 1, 0)));
  EXPECT_TRUE(at::equal(drawn, gaussian_like(x, 0, 0)));
}

TEST(GaussianLike, StaysInTheSpaceOfFewPoints) {
  const at::Tensor x = testing::wave(5 * 40, 0.7, 0.1).reshape({5, 40});
  const at::Tensor drawn = gaussian_like(x, 0, 0);
  ASSERT_EQ(drawn.sizes(), x.sizes());
  const at::Tensor both = at::cat({x, drawn}) - x.mean(0);
  EXPECT_EQ(at::linalg_matrix_rank(both, 1e-9).item<int64_t>(), 4);
}

}  // namespace
}  // namespace stl10
