#include "stl10/evaluate/paired_tests.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"

namespace stl10 {
namespace {

/// Two classifiers that alone are right `first` and `second` times, both `both` times, of `n`.
McNemar test_of(int64_t first, int64_t second, int64_t both, int64_t n) {
  const at::Tensor i = at::arange(n);
  const at::Tensor a = i.lt(first + both), b = i.ge(first).logical_and(i.lt(first + both + second));
  return mcnemar(a, b);
}

TEST(McNemar, EqualsSciPy) {
  for (const Json& item : testing::golden("mcnemar.json")) {
    const int64_t first = item["only_first"], second = item["only_second"];
    const McNemar found = test_of(first, second, 7, 20 + first + second);
    EXPECT_EQ(found.only_first, first);
    EXPECT_EQ(found.only_second, second);
    const double expected = item["p_value"];
    EXPECT_NEAR(found.p_value / expected, 1, 1e-8) << first << " " << second;
  }
}

TEST(McNemar, WithoutDifferencesSaysNothing) {
  EXPECT_EQ(test_of(0, 0, 5, 9).p_value, 1);
  EXPECT_EQ(test_of(4, 4, 0, 9).p_value, 1);
  EXPECT_EQ(test_of(1, 0, 0, 1).p_value, 1);
  EXPECT_NEAR(test_of(6, 0, 1, 10).p_value, 2 * std::pow(0.5, 6), 1e-15);
}

TEST(BootstrapInterval, IsNearTheNormalOneOfManyImages) {
  const at::Tensor d = at::arange(4000, at::kLong).remainder(10).to(at::kDouble).sub(4).sign();
  const double mean = d.mean().item<double>();  // 0.1
  const double error = 1.959964 * d.std().item<double>() / std::sqrt(4000);
  const ConfidenceInterval found = bootstrap_interval(d, 0);
  EXPECT_NEAR(found.low, mean - error, 0.1 * error);
  EXPECT_NEAR(found.high, mean + error, 0.1 * error);
}

TEST(BootstrapInterval, CoversTheMeanAsOftenAsItSays) {
  int covered = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const at::Tensor draw = testing::wave(200, 0.7 + 0.001 * static_cast<double>(seed), 0.3);
    const ConfidenceInterval found = bootstrap_interval(draw.gt(0.5), seed, 1000);  // P = 1/3
    covered += found.low <= 1.0 / 3 && 1.0 / 3 <= found.high;
  }
  EXPECT_GE(covered, 180);
  EXPECT_LE(covered, 200);
}

TEST(BootstrapInterval, RepeatsWithItsSeedOnAnyThreads) {
  const at::Tensor d = testing::wave(50, 0.7, 0.3);
  const int threads = at::get_num_threads();
  const ConfidenceInterval one = bootstrap_interval(d, 5);
  at::set_num_threads(1);
  const ConfidenceInterval again = bootstrap_interval(d, 5);
  at::set_num_threads(threads);
  EXPECT_EQ(one.low, again.low);
  EXPECT_EQ(one.high, again.high);
  EXPECT_NE(one.low, bootstrap_interval(d, 6).low);
  const ConfidenceInterval constant = bootstrap_interval(at::full({3}, 0.25), 0);
  EXPECT_EQ(constant.low, 0.25);
  EXPECT_EQ(constant.high, 0.25);
}

}  // namespace
}  // namespace stl10
