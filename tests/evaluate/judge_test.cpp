#include "stl10/evaluate/judge.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <numeric>
#include <sstream>

#include "golden.h"

namespace stl10 {
namespace {

constexpr int64_t kImages = 7, kOutputs = 4, kClasses = 3;

class JudgeTest : public ::testing::Test {
 protected:
  Judgement judge_in_blocks(const std::vector<int64_t>& indices, int64_t block) {
    sizes_.clear();
    return judge(
        [&](std::span<const int64_t> part) {
          sizes_.push_back(part.size());
          const std::vector<int64_t> rows(part.begin(), part.end());
          return logits_.index_select(0, at::tensor(rows, at::kLong));
        },
        indices, labels_, kClasses, block);
  }

  at::Tensor logits_ = 2 * testing::wave(kImages * kOutputs, 0.9, 0.2).reshape({kImages, kOutputs});
  std::vector<int64_t> labels_ = {0, 1, 2, 0, 1, 2, 1};
  std::vector<size_t> sizes_;
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
  const Judgement judgement = judge_in_blocks(all, 3);
  EXPECT_NEAR(judgement.loss, loss / kImages, 1e-6);
  EXPECT_DOUBLE_EQ(judgement.accuracy, right / kImages);
  EXPECT_EQ(judgement.probabilities.size(1), kClasses);
}

TEST_F(JudgeTest, TheLastPartialBlockIsJudged) {
  judge_in_blocks({0, 1, 2, 3, 4, 5, 6}, 3);
  EXPECT_EQ(sizes_, (std::vector<size_t>{3, 3, 1}));
}

TEST_F(JudgeTest, BlocksDoNotChangeTheResult) {
  const Judgement one = judge_in_blocks({6, 0, 3, 3, 2}, 1),
                  all = judge_in_blocks({6, 0, 3, 3, 2}, 9);
  EXPECT_TRUE(at::equal(one.predicted, all.predicted));
  EXPECT_DOUBLE_EQ(one.loss, all.loss);
  EXPECT_TRUE(at::equal(all.labels, at::tensor({1, 0, 0, 0, 2}, at::kLong)));
}

TEST_F(JudgeTest, TheCsvRepeatsThePredictions) {
  const Judgement judgement = judge_in_blocks({5, 1}, 2);
  std::istringstream lines(csv_header(kClasses) + to_csv(judgement, "test"));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "split,index,label,predicted,p0,p1,p2");
  std::getline(lines, line);
  EXPECT_TRUE(
      line.starts_with("test,5,2," + std::to_string(judgement.predicted[0].item<int64_t>()) + ","))
      << line;
  const double last = std::stod(line.substr(line.rfind(',') + 1));
  EXPECT_FLOAT_EQ(last, judgement.probabilities[0][2].item<float>());
}

}  // namespace
}  // namespace stl10
