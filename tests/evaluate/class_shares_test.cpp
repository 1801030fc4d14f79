#include "stl10/evaluate/class_shares.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>

namespace stl10 {
namespace {

TEST(ClassShares, EvenClassesHaveEntropyOneAndRatioOne) {
  const ClassShares shares = class_shares(at::tensor({0, 1, 2, 2, 1, 0}, at::kLong), 3);
  EXPECT_EQ(shares.counts, (std::vector<int64_t>{2, 2, 2}));
  EXPECT_NEAR(shares.normalized_entropy, 1, 1e-12);
  EXPECT_EQ(shares.ratio, 1);
  EXPECT_EQ(shares.ratio_interval.low, 1);
}

TEST(ClassShares, TheIntervalIsThatOfKatz) {
  const at::Tensor labels = at::cat({at::zeros({40}, at::kLong), at::ones({10}, at::kLong)});
  const ClassShares shares = class_shares(labels, 2);
  EXPECT_EQ(shares.ratio, 4);
  const double spread = 1.96 * std::sqrt(1. / 40 + 1. / 10);
  EXPECT_NEAR(shares.ratio_interval.low, 4 * std::exp(-spread), 1e-12);
  EXPECT_NEAR(shares.ratio_interval.high, 4 * std::exp(spread), 1e-12);
  EXPECT_NEAR(shares.normalized_entropy, -(0.8 * std::log2(0.8) + 0.2 * std::log2(0.2)), 1e-12);
}

TEST(ClassShares, AClassWithoutImagesHasNoRatio) {
  const ClassShares shares = class_shares(at::zeros({5}, at::kLong), 3);
  EXPECT_EQ(shares.counts, (std::vector<int64_t>{5, 0, 0}));
  EXPECT_EQ(shares.normalized_entropy, 0);
  EXPECT_FALSE(shares.ratio);
  EXPECT_EQ(class_shares(at::zeros({5}, at::kLong), 1).normalized_entropy, 1);
}

}  // namespace
}  // namespace stl10
