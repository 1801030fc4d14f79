#include "stl10/evaluate/judge.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <numeric>

#include "golden.h"

namespace stl10 {
namespace {

constexpr int64_t kImages = 7, kOutputs = 4, kClasses = 3;

class JudgeTest : public ::testing::Test {
 protected:
  Judgement judge_rows(const std::vector<int64_t>& indices) {
    return judge(logits_.index_select(0, at::tensor(indices, at::kLong)), indices, labels_,
                 kClasses);
  }

  at::Tensor logits_ = 2 * testing::wave(kImages * kOutputs, 0.9, 0.2).reshape({kImages, kOutputs});
  std::vector<int64_t> labels_ = {0, 1, 2, 0, 1, 2, 1};
};

TEST_F(JudgeTest, LossAndAccuracyEqualANaiveLoop) {
  std::vector<int64_t> all(kImages);
  std::iota(all.begin(), all.end(), 0);
  double loss = 0, right = 0;
  for (int64_t i = 0; i < kImages; ++i) {
    double total = 0;
    int64_t best = 0;
    for (int64_t k = 0; k < kOutputs; ++k) {
      total += std::exp(logits_[i][k].item<double>());
      if (k < kClasses && logits_[i][k].item<double>() > logits_[i][best].item<double>()) best = k;
    }
    loss -= logits_[i][labels_[i]].item<double>() - std::log(total);
    right += best == labels_[i];
  }
  const Judgement judgement = judge_rows(all);
  EXPECT_NEAR(judgement.loss, loss / kImages, 1e-6);
  EXPECT_DOUBLE_EQ(judgement.accuracy, right / kImages);
  EXPECT_EQ(judgement.probabilities.size(1), kClasses);
  for (int64_t i = 0; i < kImages; ++i) {
    double total = 0;
    for (int64_t k = 0; k < kClasses; ++k) total += std::exp(logits_[i][k].item<double>());
    for (int64_t k = 0; k < kClasses; ++k) {
      EXPECT_NEAR(judgement.probabilities[i][k].item<double>(),
                  std::exp(logits_[i][k].item<double>()) / total, 1e-6);
    }
  }
}

TEST_F(JudgeTest, LabelsFollowTheIndices) {
  const Judgement judgement = judge_rows({6, 0, 3, 3, 2});
  EXPECT_TRUE(at::equal(judgement.labels, at::tensor({1, 0, 0, 0, 2}, at::kLong)));
  EXPECT_EQ(judgement.indices, (std::vector<int64_t>{6, 0, 3, 3, 2}));
}

TEST_F(JudgeTest, LossAndProbabilitiesAreFp32OfAnyType) {
  logits_ = logits_.to(at::kBFloat16);
  const Judgement rounded = judge_rows({0, 1, 2});
  EXPECT_EQ(rounded.probabilities.scalar_type(), at::kFloat);
  logits_ = logits_.to(at::kFloat);
  EXPECT_EQ(rounded.loss, judge_rows({0, 1, 2}).loss);
}

}  // namespace
}  // namespace stl10
