#include "stl10/tasks/supervised.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "stl10/base/error.h"
#include "stl10/data/toy.h"
#include "stl10/train/trainer.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

class SupervisedTaskTest : public ::testing::Test {
 protected:
  SupervisedTaskTest() {
    write_toy(folder_ / "toy", {.train = 40, .test = 30, .unlabeled = 1});
    data_ = open_dataset(folder_ / "toy");
    options_.encoder.width = 8;
    options_.head.outputs = 20;
    options_.batch_size = 16;
    options_.split.validation = Validation::kTest;
  }
  SupervisedTask task() { return SupervisedTask(options_, {.data = data_}); }

  testing::TemporaryFolder folder_;
  Dataset data_;
  SupervisedOptions options_;
};

TEST_F(SupervisedTaskTest, PreparingIsAFunctionOfTheContext) {
  const SupervisedTask one = task(), two = task();
  one.prepare({.epoch = 3, .step = 1});
  const Prepared a = one.prepare({.epoch = 0, .step = 2}), b = two.prepare({.epoch = 0, .step = 2});
  EXPECT_TRUE(at::equal(a.views.at("images"), b.views.at("images")));
  EXPECT_TRUE(at::equal(a.labels, b.labels));
  EXPECT_EQ(a.images, 8);  // 40 = 16 + 16 + 8
  const Prepared later = one.prepare({.epoch = 1, .step = 2});
  EXPECT_FALSE(at::equal(a.views.at("images"), later.views.at("images")));
}

TEST_F(SupervisedTaskTest, AStepAddsLossAndAccuracyAndLeavesGradients) {
  SupervisedTask supervised = task();
  MetricSums sums;
  supervised.step(supervised.prepare({}), sums, unobserved);
  const auto read = sums.read().sums;
  EXPECT_EQ(read.at("loss").count, 16);
  EXPECT_NEAR(read.at("loss").sum / 16, std::log(20), 0.7);  // the head has 20 outputs
  EXPECT_EQ(read.at("accuracy").count, 16);
  for (const at::Tensor& parameter : supervised.network().parameters()) {
    EXPECT_TRUE(parameter.grad().defined());
  }
}

TEST_F(SupervisedTaskTest, APartIsJudgedOnceForASetOfWeights) {
  SupervisedTask supervised = task();
  supervised.validate(0);
  const Judgement* test = &supervised.judge_part(JudgedPart::kTest);
  EXPECT_EQ(&supervised.judge_part(JudgedPart::kValidation), test);
  const double before = test->loss;
  supervised.network().parameters()[0].detach().add_(0.5);
  EXPECT_EQ(supervised.judge_part(JudgedPart::kTest).loss, before) << "the weights moved unnoticed";
  supervised.after_update({});
  EXPECT_NE(supervised.judge_part(JudgedPart::kTest).loss, before);
}

TEST_F(SupervisedTaskTest, EachPartHasItsImages) {
  options_.split = {.validation = Validation::kHoldout, .holdout_fraction = 0.25};
  SupervisedTask supervised = task();
  EXPECT_EQ(supervised.judge_part(JudgedPart::kTrain).indices.size(), 30u);
  EXPECT_EQ(supervised.judge_part(JudgedPart::kValidation).indices.size(), 10u);
  EXPECT_EQ(supervised.judge_part(JudgedPart::kTest).indices.size(), 30u);
  EXPECT_EQ(supervised.validate(0).at("validation").count, 10);
}

TEST_F(SupervisedTaskTest, LabelsThatAreNotGivenMoveNothing) {
  data_.folds = {all_indices(20)};
  options_.split = {.validation = Validation::kHoldout, .fold = 0};
  const auto trained = [&] {
    SupervisedTask supervised = task();
    const TrainState state = train({.epochs = 3}, supervised, {}, {});
    return std::pair(supervised.network().parameters(), state.best);
  };
  const auto [before, best_before] = trained();
  std::reverse(data_.train.labels.begin() + 20, data_.train.labels.end());
  const auto [after, best_after] = trained();
  for (size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(at::equal(before[i], after[i]));
  EXPECT_EQ(best_before.epoch, best_after.epoch);
  EXPECT_EQ(best_before.metrics->at("accuracy"), best_after.metrics->at("accuracy"));
}

TEST_F(SupervisedTaskTest, BatchNormalizationOfOneImageIsRefusedBeforeTraining) {
  options_.encoder.pools = options_.encoder.batch_norm = true;
  options_.batch_size = 13;  // 40 = 13 + 13 + 13 + 1
  EXPECT_THROW(task(), ConfigError);
  options_.encoder.pools = false;
  EXPECT_NO_THROW(task());
  options_.encoder.pools = true;
  options_.batch_size = 12;
  EXPECT_NO_THROW(task());
}

TEST_F(SupervisedTaskTest, WithoutValidationNothingIsMeasured) {
  options_.split.validation = Validation::kNone;
  SupervisedTask supervised = task();
  EXPECT_FALSE(supervised.has_validation());
  EXPECT_TRUE(supervised.validate(0).empty());
}

TEST_F(SupervisedTaskTest, ItLearnsWithoutAnyFolder) {
  options_.schedule = {};
  SupervisedTask supervised = task();
  const double before = supervised.judge_part(JudgedPart::kTrain).loss;
  train({.epochs = 8}, supervised, {}, {});
  EXPECT_LT(supervised.judge_part(JudgedPart::kTrain).loss, before);
}

}  // namespace
}  // namespace stl10
