#include "stl10/evaluate/logistic_regression.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"

namespace stl10 {
namespace {

using testing::distance;
using testing::wave;

TEST(LogisticRegression, ConstantFeaturesGiveTheLogOfTheShares) {
  const at::Tensor labels = at::tensor({0, 0, 0, 1}, at::kLong);
  const LogisticRegression model = fit_logistic_regression(at::full({4, 2}, 3.0), labels, 2, 0.1);
  const at::Tensor p = at::softmax(model.logits(at::full({1, 2}, 3.0)), 1);
  EXPECT_NEAR(p[0][0].item<double>(), 0.75, 1e-6);
}

TEST(LogisticRegression, AConstantThatNoDoubleIsHasScaleOne) {
  for (const double constant : {0.1, 1e-20, 1e20, 0.0}) {
    const at::Tensor x = at::full({7, 1}, constant, at::kDouble);
    const at::Tensor labels = at::tensor({0, 1, 0, 1, 0, 1, 0}, at::kLong);
    EXPECT_EQ(fit_logistic_regression(x, labels, 2, 0.1).scale[0].item<double>(), 1) << constant;
  }
  const at::Tensor x = at::tensor({1.0, 1.0 + 1e-6, 1.0}, at::kDouble).reshape({3, 1});
  EXPECT_LT(
      fit_logistic_regression(x, at::tensor({0, 1, 0}, at::kLong), 2, 0.1).scale[0].item<double>(),
      1e-6);
}

TEST(LogisticRegression, TheGradientVanishesAtTheSolution) {
  const int64_t n = 60, d = 5, k = 3;
  const double l2 = 0.05;
  const at::Tensor x = wave(n * d, 0.9, 0.3).reshape({n, d}) * 4 + 2;
  const at::Tensor labels = (wave(n, 1.7, 0) * 1.49 + 1.5).floor().to(at::kLong);
  const LogisticRegression model = fit_logistic_regression(x, labels, k, l2);
  const at::Tensor z = (x - model.mean) / model.scale;
  const at::Tensor residual = at::softmax(model.logits(x), 1) - at::one_hot(labels, k);
  EXPECT_LT((residual.t().mm(z) / n + l2 * model.weight).abs().max().item<double>(), 2e-6);
  EXPECT_LT((residual.sum(0) / n).abs().max().item<double>(), 2e-6);
}

TEST(LogisticRegression, FeaturesAreStandardizedWithTrainingStatistics) {
  const at::Tensor x = wave(80, 0.9, 0.3).reshape({40, 2});
  const at::Tensor labels = x.select(1, 0).gt(0).to(at::kLong);
  const LogisticRegression plain = fit_logistic_regression(x, labels, 2, 0.01);
  const at::Tensor scale = at::tensor({1000.0, 0.001});
  const LogisticRegression scaled = fit_logistic_regression(x * scale + 7, labels, 2, 0.01);
  EXPECT_LT(distance(plain.logits(x), scaled.logits(x * scale + 7)), 1e-4);
  EXPECT_GT(plain.accuracy(x, labels), 0.95);
}

TEST(LogisticRegression, AMissingClassGetsNoProbability) {
  const at::Tensor x = wave(40, 0.9, 0.3).reshape({20, 2});
  const at::Tensor labels = x.select(1, 0).gt(0).to(at::kLong) * 2;
  const LogisticRegression model = fit_logistic_regression(x, labels, 3, 0.01);
  EXPECT_LT(at::softmax(model.logits(x), 1).select(1, 1).max().item<double>(), 1e-3);
}

TEST(LogisticRegression, StrongerDecayGivesSmallerWeights) {
  const at::Tensor x = wave(80, 0.9, 0.3).reshape({40, 2});
  const at::Tensor labels = x.select(1, 0).gt(0).to(at::kLong);
  const auto norm = [&](double l2) {
    return fit_logistic_regression(x, labels, 2, l2).weight.norm().item<double>();
  };
  EXPECT_GT(norm(0.001), norm(0.1));
  EXPECT_LT(norm(1e6), 1e-3);
}

}  // namespace
}  // namespace stl10
