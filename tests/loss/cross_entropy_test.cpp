#include "stl10/loss/cross_entropy.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"

namespace stl10 {
namespace {

TEST(CrossEntropy, EqualLogitsGiveTheLogOfTheOutputs) {
  const at::Tensor labels = at::tensor({0, 19, 7}, at::kLong);
  EXPECT_NEAR(cross_entropy(at::full({3, 20}, 2.5), labels, 0).item<double>(), std::log(20), 1e-6);
}

TEST(CrossEntropy, EqualsANaiveLoopWithAndWithoutSmoothing) {
  const int64_t n = 4, k = 5;
  const at::Tensor logits = 3 * testing::wave(n * k, 0.8, 0.4).reshape({n, k});
  const at::Tensor labels = at::tensor({3, 0, 4, 4}, at::kLong);
  for (const double smoothing : {0.0, 0.1, 0.9}) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) {
      double total = 0;
      for (int64_t j = 0; j < k; ++j) total += std::exp(logits[i][j].item<double>());
      for (int64_t j = 0; j < k; ++j) {
        const double target = (j == labels[i].item<int64_t>() ? 1 - smoothing : 0) + smoothing / k;
        sum -= target * (logits[i][j].item<double>() - std::log(total));
      }
    }
    EXPECT_NEAR(cross_entropy(logits, labels, smoothing).item<double>(), sum / n, 1e-6);
  }
}

TEST(CrossEntropy, WeighsEachImageByItsClass) {
  const at::Tensor logits = testing::wave(20, 0.8, 0.4).reshape({4, 5});
  const at::Tensor labels = at::tensor({3, 0, 4, 4}, at::kLong);
  const at::Tensor weights = at::tensor({2.0, 0.0, 0.0, 0.5, 3.0}, at::kDouble);
  for (const double smoothing : {0.0, 0.1}) {
    double sum = 0;
    for (int64_t i = 0; i < 4; ++i) {
      sum += weights[labels[i].item<int64_t>()].item<double>() *
             cross_entropy(logits.slice(0, i, i + 1), labels.slice(0, i, i + 1), smoothing)
                 .item<double>();
    }
    EXPECT_NEAR(cross_entropy(logits, labels, smoothing, weights).item<double>(), sum / 4, 1e-6);
  }
}

TEST(CrossEntropy, LargeLogitsStayFinite) {
  const at::Tensor logits = at::tensor({1e4f, -1e4f}).reshape({1, 2});
  EXPECT_FLOAT_EQ(cross_entropy(logits, at::tensor({1}, at::kLong), 0).item<float>(), 2e4f);
}

TEST(CrossEntropy, Bfloat16LogitsAreSummedInFloat) {
  const at::Tensor logits = testing::wave(12, 0.8, 0).reshape({3, 4}).to(at::kBFloat16);
  const at::Tensor labels = at::tensor({1, 2, 3}, at::kLong);
  const at::Tensor loss = cross_entropy(logits, labels, 0);
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  EXPECT_FLOAT_EQ(loss.item<float>(),
                  cross_entropy(logits.to(at::kFloat), labels, 0).item<float>());
}

}  // namespace
}  // namespace stl10
