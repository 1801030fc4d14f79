#include "stl10/evaluate/l2_path.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"

namespace stl10 {
namespace {

using testing::wave;

/// Half of the labels follow feature 0, the rest, and all other features, are noise.
LabeledFeatures noisy(int64_t n, double phase) {
  const at::Tensor x = wave(n * 40, 0.9, phase).reshape({n, 40});
  const at::Tensor truth = x.select(1, 0).gt(0);
  const at::Tensor coin = wave(n, 2.3, phase).gt(0);
  const at::Tensor follows = wave(n, 1.1, phase).gt(0);
  return {x, at::where(follows, truth, coin).to(at::kLong)};
}

double held_out_loss(const HeldOutFeatures& part, double l2) {
  const LogisticRegression model = fit_logistic_regression(part.train.x, part.train.labels, 2, l2);
  return -at::log_softmax(model.logits(part.held_out.x), 1)
              .gather(1, part.held_out.labels.unsqueeze(1))
              .mean()
              .item<double>();
}

TEST(L2Path, HasAboutTwentyValuesFromStrongToWeak) {
  const std::vector<double> values = l2_values();
  EXPECT_EQ(values.size(), 19u);
  EXPECT_NEAR(values.front(), 10, 1e-12);
  EXPECT_NEAR(values.back(), 1e-5, 1e-15);
  for (size_t i = 1; i < values.size(); ++i) EXPECT_LT(values[i], values[i - 1]);
}

TEST(L2Path, ChoosesTheLowestHeldOutLossOfAllValues) {
  const HeldOutFeatures part{noisy(80, 0.3), noisy(300, 1.3)};
  const Choice choice = choose_l2({part}, 2);
  double best = 0, lowest = 1e9;
  for (const double l2 : l2_values()) {
    const double loss = held_out_loss(part, l2);
    if (loss < lowest) best = l2;
    lowest = std::min(lowest, loss);
  }
  EXPECT_EQ(choice.value, best);
  EXPECT_FALSE(choice.at_end);
  EXPECT_GT(best, l2_values().back());
  EXPECT_LT(best, l2_values().front());
}

TEST(L2Path, WarmStartsFindWhatColdOnesFind) {
  const HeldOutFeatures part{noisy(80, 0.3), noisy(300, 1.3)};
  for (const Candidate& judgement : choose_l2({part}, 2).path) {
    EXPECT_NEAR(judgement.loss, held_out_loss(part, judgement.value), 1e-3) << judgement.value;
  }
}

TEST(L2Path, PartsCountByTheirImages) {
  const HeldOutFeatures small{noisy(80, 0.3), noisy(30, 1.3)}, large{noisy(80, 2.3), noisy(300, 3)};
  const double l2 = 0.1;
  const Candidate both = choose_l2({small, large}, 2, {l2}).path.at(0);
  EXPECT_NEAR(both.loss, (30 * held_out_loss(small, l2) + 300 * held_out_loss(large, l2)) / 330,
              1e-3);
  EXPECT_NEAR(both.accuracy * 330, std::round(both.accuracy * 330), 1e-9);
}

TEST(L2Path, KeepsWhatTheChosenOneSaysOfAllHeldOutImages) {
  const HeldOutFeatures small{noisy(80, 0.3), noisy(30, 1.3)}, large{noisy(80, 2.3), noisy(300, 3)};
  const Choice choice = choose_l2({small, large}, 2);
  const at::Tensor labels = at::cat({small.held_out.labels, large.held_out.labels});
  ASSERT_EQ(choice.logits.size(0), 330);
  for (const Candidate& tried : choice.path) {
    EXPECT_FALSE(tried.logits.defined());
    if (tried.value != choice.value) continue;
    EXPECT_NEAR(tried.accuracy,
                choice.logits.argmax(1).eq(labels).to(at::kDouble).mean().item<double>(), 1e-12);
    EXPECT_NEAR(tried.loss, at::cross_entropy_loss(choice.logits, labels).item<double>(), 1e-6);
  }
}

TEST(L2Path, EndsAfterThreeWorseValues) {
  const HeldOutFeatures part{noisy(80, 0.3), noisy(300, 1.3)};
  const Choice choice = choose_l2({part}, 2);
  ASSERT_GE(choice.path.size(), 4u);
  EXPECT_EQ(choice.path[choice.path.size() - 4].value, choice.value);
}

TEST(L2Path, SaysWhenTheBestIsTheLastThereIs) {
  const HeldOutFeatures part{noisy(80, 0.3), noisy(300, 1.3)};
  EXPECT_TRUE(choose_l2({part}, 2, {10, 5}).at_end);
  EXPECT_TRUE(choose_l2({part}, 2, {1e-4, 1e-5}).at_end);
}

}  // namespace
}  // namespace stl10
