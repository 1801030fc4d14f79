#include "stl10/evaluate/logistic_regression.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "golden.h"
#include "meeting.h"
#include "stl10/evaluate/class_weights.h"

namespace stl10 {
namespace {

using testing::distance;
using testing::golden;
using testing::tensor_of;
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
  const at::Tensor labels = at::tensor({0, 1, 0}, at::kLong);
  EXPECT_LT(fit_logistic_regression(x, labels, 2, 0.1).scale[0].item<double>(), 1e-6);
  EXPECT_EQ(fit_logistic_regression(x.to(at::kFloat), labels, 2, 0.1).scale[0].item<double>(), 1)
      << "in float32 that is rounding";
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

TEST(LogisticRegression, AMissingClassHasProbabilityZeroAndChangesNoOther) {
  const at::Tensor x = wave(40, 0.9, 0.3).reshape({20, 2});
  const at::Tensor two = x.select(1, 0).gt(0).to(at::kLong);
  LogisticRegressionFit fit(x, two * 2, 3);
  fit.minimize(0.01);
  EXPECT_EQ(fit.present(), (std::vector<int64_t>{0, 2}));
  const at::Tensor p = at::softmax(fit.model().logits(x).to(at::kFloat), 1);
  EXPECT_EQ(p.select(1, 1).max().item<float>(), 0);
  const at::Tensor alone = at::softmax(fit_logistic_regression(x, two, 2, 0.01).logits(x), 1);
  EXPECT_LT(distance(p.select(1, 2), alone.select(1, 1)), 1e-6);
}

TEST(LogisticRegression, OneClassAloneIsCertain) {
  const at::Tensor x = wave(8, 0.9, 0.3).reshape({4, 2});
  const LogisticRegression model = fit_logistic_regression(x, at::ones({4}, at::kLong), 3, 0.1);
  EXPECT_EQ(at::softmax(model.logits(x), 1).select(1, 1).min().item<double>(), 1);
  EXPECT_EQ(model.accuracy(x, at::ones({4}, at::kLong)), 1);
}

/// The features and labels that scripts/make_golden_sklearn.py fits.
std::pair<at::Tensor, at::Tensor> golden_data(const Json& golden_case) {
  const int64_t n = golden_case["images"], d = golden_case["features"];
  const at::Tensor labels = tensor_of(golden_case["labels"]).to(at::kLong);
  const at::Tensor x = 4 * wave(n * d, 0.9, 0.3).reshape({n, d}) + 2 +
                       at::outer(labels.to(at::kDouble), wave(d, 0.5, 0.2));
  if (golden_case["name"] == "constant") x.select(1, 1).fill_(0.1);
  if (golden_case["name"] == "duplicated") x.select(1, 2).copy_(x.select(1, 0).clone());
  return {x, labels};
}

class LogisticRegressionGolden : public ::testing::TestWithParam<int> {};

TEST_P(LogisticRegressionGolden, EqualsScikitLearn) {
  const Json expected = golden("logistic_regression.json").at(static_cast<size_t>(GetParam()));
  const auto [x, labels] = golden_data(expected);
  const double l2 = expected["l2"];
  const at::Tensor weights = class_weights_of(
      expected.contains("class_weight") ? ClassWeights::kBalanced : ClassWeights::kNone, labels,
      expected["classes"]);
  const LogisticRegression model =
      fit_logistic_regression(x, labels, expected["classes"], l2, weights);
  const at::Tensor log_p = at::log_softmax(model.logits(x), 1);
  at::Tensor losses = -log_p.gather(1, labels.unsqueeze(1)).squeeze(1);
  if (weights.defined()) losses = losses * weights.index_select(0, labels);
  const double loss = losses.mean().item<double>();
  const double objective = loss + 0.5 * l2 * model.weight.square().sum().item<double>();
  EXPECT_NEAR(loss, expected["cross_entropy"].get<double>(), 1e-6);
  EXPECT_NEAR(objective, expected["objective"].get<double>(), 1e-6);
  const at::Tensor p = tensor_of(expected["probabilities"]).reshape(log_p.sizes());
  EXPECT_LT(distance(log_p.exp(), p), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Cases, LogisticRegressionGolden, ::testing::Range(0, 8),
                         [](const auto& test) {
                           return golden("logistic_regression.json")
                               .at(static_cast<size_t>(test.param))["name"]
                               .template get<std::string>();
                         });

TEST(LogisticRegression, OfTwoThingsThatAreTheSameEachGetsHalfTheWeight) {
  const at::Tensor x = wave(60, 0.9, 0.3).reshape({30, 2});
  x.select(1, 1).copy_(x.select(1, 0).clone());
  const LogisticRegression model =
      fit_logistic_regression(x, x.select(1, 0).gt(0.2).to(at::kLong), 2, 0.01);
  // The loss doesn't see the difference, the L2 term alone pulls it to zero: as far as the fit
  // goes.
  EXPECT_LT(distance(model.weight.select(1, 0), model.weight.select(1, 1)), 1e-4);
}

TEST(LogisticRegression, RawWeightsGiveTheSameLogits) {
  const at::Tensor x = wave(80, 0.9, 0.3).reshape({40, 2}) * 100 + 7;
  const LogisticRegression model =
      fit_logistic_regression(x, x.select(1, 0).gt(7).to(at::kLong), 2, 0.01);
  EXPECT_LT(distance(at::addmm(model.raw_bias(), x, model.raw_weight().t()), model.logits(x)),
            1e-9);
}

TEST(LogisticRegression, FewAxesOfLargeVarianceTakeFewIterations) {
  // As pixels: every feature is mostly the same brightness. Without a preconditioner: hundreds.
  const int64_t n = 300, d = 200;
  const at::Tensor x = wave(n * d, 0.9, 0.3).reshape({n, d}) + 40 * wave(n, 0.7, 0.1).unsqueeze(1);
  const at::Tensor labels = x.select(1, 0).gt(x.select(1, 1)).to(at::kLong);
  LogisticRegressionFit fit(x, labels, 2);
  EXPECT_LT(fit.minimize(1e-3), 80);
}

TEST(LogisticRegression, InSinglePrecisionItIsNearlyTheSame) {
  const at::Tensor x = wave(600, 0.9, 0.3).reshape({100, 6});
  const at::Tensor labels = x.select(1, 0).gt(0).to(at::kLong);
  LogisticRegressionFit fit(x, labels, 2, at::kFloat);
  fit.minimize(0.01, 1e-5);
  EXPECT_LT(distance(fit.model().logits(x), fit_logistic_regression(x, labels, 2, 0.01).logits(x)),
            1e-3);
}

TEST(LogisticRegression, ProcessesThatShareTheImagesFindTheSame) {
  for (const int64_t features : {5, 60}) {  // fewer than images, and many more
    const at::Tensor x = wave(20 * features, 0.9, 0.4).reshape({20, features});
    const at::Tensor labels = x.select(1, 0).gt(0.1).to(at::kLong);
    const at::Tensor weights = at::tensor({0.5, 2.0}, at::kDouble);
    const at::Tensor one = fit_logistic_regression(x, labels, 2, 0.01, weights).logits(x);
    for (const int64_t size : {2, 3}) {
      testing::in_group(size, [&](const Group& group) {
        const auto several = fit_logistic_regression(x, labels, 2, 0.01, weights, group);
        EXPECT_LT(distance(several.logits(x), one), 1e-9) << features << " " << size;
      });
    }
  }
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

TEST(LogisticRegression, WithoutVarianceAndPenaltyItGivesTheSharesOfTheClasses) {
  // Features that say nothing, in all columns or in all but one.
  const at::Tensor labels = at::tensor({0, 0, 0, 1, 2, 0, 0, 1}, at::kLong);
  for (const int64_t informed : {0, 1}) {
    at::Tensor x = at::full({8, 5}, 3.f);
    if (informed) x.select(1, 2).copy_(at::tensor({1, -1, 1, -1, 1, -1, 1, -1}));
    const LogisticRegression model = fit_logistic_regression(x, labels, 3, 0);
    EXPECT_TRUE(model.weight.isfinite().all().item<bool>());
    const at::Tensor p = at::softmax(model.logits(x), 1).mean(0);
    const at::Tensor shares = at::tensor({5. / 8, 2. / 8, 1. / 8});
    EXPECT_LT((p - shares).abs().max().item<double>(), 1e-6) << informed;
  }
}

}  // namespace
}  // namespace stl10
