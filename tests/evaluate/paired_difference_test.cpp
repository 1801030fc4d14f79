#include "stl10/evaluate/paired_difference.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>

namespace stl10 {
namespace {

TEST(PairedDifference, IsTheMeanWithItsNormalInterval) {
  // 10 images: a alone is right on three, b alone on one.
  const at::Tensor a = at::tensor({1, 1, 1, 0, 1, 1, 0, 0, 1, 1}),
                   b = at::tensor({0, 0, 0, 1, 1, 1, 0, 0, 1, 1});
  const PairedDifference difference = paired_difference(a, b);
  EXPECT_NEAR(difference.mean, 0.2, 1e-12);
  const double variance = (4 - 10 * 0.04) / 9;  // of values −1, 0 and 1, unbiased
  const double margin = 1.959963984540054 * std::sqrt(variance / 10);
  EXPECT_NEAR(difference.low, 0.2 - margin, 1e-12);
  EXPECT_NEAR(difference.high, 0.2 + margin, 1e-12);
  EXPECT_FALSE(difference.is_clear());
}

TEST(PairedDifference, AgreementLeavesNoDoubt) {
  const at::Tensor a = at::tensor({1, 0, 1, 1});
  const PairedDifference none = paired_difference(a, a);
  EXPECT_EQ(none.low, 0);
  EXPECT_EQ(none.high, 0);
  EXPECT_FALSE(none.is_clear());
  EXPECT_TRUE(paired_difference(at::ones({5}), at::zeros({5})).is_clear());
}

TEST(PairedDifference, OneImageLeavesAllOpen) {
  const PairedDifference difference = paired_difference(at::ones({1}), at::zeros({1}));
  EXPECT_EQ(difference.mean, 1);
  EXPECT_EQ(difference.low, -1);
  EXPECT_EQ(difference.high, 1);
}

TEST(PairedDifference, MeansOverSeveralClassifiersAreTaken) {
  const at::Tensor a = at::ones({4}), b = at::tensor({1.0, 2.0 / 3, 1.0 / 3, 0.0});
  EXPECT_NEAR(paired_difference(a, b).mean, 0.5, 1e-7);
}

}  // namespace
}  // namespace stl10
