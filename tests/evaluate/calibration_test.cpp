#include "stl10/evaluate/calibration.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"

namespace stl10 {
namespace {

/// Two classes with these confidences, all predicted as class 0.
at::Tensor sure_of(std::vector<double> confidence) {
  const at::Tensor p = at::tensor(confidence, at::kDouble);
  return at::stack({p, 1 - p}, 1);
}

TEST(Calibration, BinsAreOpenBelowAndClosedAbove) {
  const Calibration found =
      calibration(sure_of({0.6, 0.601, 0.8, 1.0}), at::tensor({0, 1, 0, 0}, at::kLong), 5);
  EXPECT_EQ(found.bins[2].count, 1) << "0.6 ends (0.4, 0.6]";
  EXPECT_EQ(found.bins[3].count, 2) << "0.8 ends (0.6, 0.8]";
  EXPECT_EQ(found.bins[4].count, 1);
  EXPECT_NEAR(found.bins[3].confidence, 0.7005, 1e-12);
  EXPECT_NEAR(found.bins[3].accuracy, 0.5, 1e-12);
  EXPECT_NEAR(found.ece, (0.4 + 2 * 0.2005 + 0) / 4, 1e-12);
  EXPECT_NEAR(found.largest_error, 0.4, 1e-12);
}

TEST(Calibration, EqualMassBinsHoldEquallyManyImages) {
  const Calibration found =
      calibration(sure_of({0.9, 0.7, 0.8, 0.6}), at::tensor({0, 1, 0, 1}, at::kLong), 2);
  EXPECT_NEAR(found.ece_equal_mass, (2 * 0.65 + 2 * 0.15) / 4, 1e-12);  // {0.6, 0.7}, {0.8, 0.9}
}

TEST(Calibration, CertainAndRightIsPerfectCertainAndWrongTheWorst) {
  const at::Tensor p = sure_of({1, 1, 1});
  const Calibration right = calibration(p, at::zeros({3}, at::kLong));
  EXPECT_EQ(right.ece, 0);
  EXPECT_EQ(right.brier, 0);
  const Calibration wrong = calibration(p, at::ones({3}, at::kLong));
  EXPECT_EQ(wrong.ece, 1);
  EXPECT_EQ(wrong.largest_error, 1);
  EXPECT_EQ(wrong.brier, 2);
}

TEST(Calibration, EqualsTheGoldenValues) {
  for (const Json& item : testing::golden("calibration.json")) {
    const int64_t classes = item["classes"];
    const at::Tensor p = testing::tensor_of(item["probabilities"]).reshape({-1, classes});
    const Calibration found = calibration(p, testing::tensor_of(item["labels"]).to(at::kLong));
    EXPECT_NEAR(found.ece, item["ece"].get<double>(), 1e-9);
    EXPECT_NEAR(found.ece_equal_mass, item["ece_equal_mass"].get<double>(), 1e-9);
    EXPECT_NEAR(found.brier, item["brier"].get<double>(), 1e-9);
  }
}

}  // namespace
}  // namespace stl10
