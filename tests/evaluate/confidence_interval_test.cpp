#include "stl10/evaluate/confidence_interval.h"

#include <gtest/gtest.h>

#include <cmath>

namespace stl10 {
namespace {

TEST(ConfidenceInterval, WilsonsEndsSolveHisEquation) {
  // The ends are the shares p with |hits/n − p| = z·√(p(1 − p)/n).
  constexpr double kZ = 1.959963984540054;
  for (const auto& [hits, n] : {std::pair<int64_t, int64_t>{7, 20}, {400, 800}, {1, 3}}) {
    const auto count = static_cast<double>(n);
    const double share = static_cast<double>(hits) / count;
    const ConfidenceInterval found = wilson_interval(hits, n);
    for (const double p : {found.low, found.high}) {
      EXPECT_NEAR(std::abs(share - p), kZ * std::sqrt(p * (1 - p) / count), 1e-12) << hits;
    }
    EXPECT_LT(found.low, share);
    EXPECT_GT(found.high, share);
  }
}

TEST(ConfidenceInterval, StaysBetweenZeroAndOne) {
  EXPECT_EQ(wilson_interval(0, 10).low, 0);
  EXPECT_NEAR(wilson_interval(10, 10).high, 1, 1e-15);
  EXPECT_GT(wilson_interval(0, 10).high, 0.2);
  EXPECT_LT(wilson_interval(10, 10).low, 0.8);
}

}  // namespace
}  // namespace stl10
