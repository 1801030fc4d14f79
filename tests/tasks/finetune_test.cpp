#include "stl10/tasks/finetune.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "stl10/base/safetensors.h"
#include "stl10/train/trainer.h"
#include "tasks/pretrained_fixture.h"

namespace stl10 {
namespace {

using testing::tensors_of;

class FinetuneTaskTest : public testing::PretrainedFixture {
 protected:
  FinetuneTaskTest() {
    options_.batch_size = 20;
    options_.split = {.validation = Validation::kNone, .fold = 0};
  }
  FinetuneTask task() const { return FinetuneTask(options_, {.data = data_}, pretrained()); }

  FinetuneOptions options_;
};

TEST_F(FinetuneTaskTest, ItBeginsWithTheEncoderAndTheTunedProbe) {
  FinetuneTask finetune = task();
  const auto weights = tensors_of(finetune.network());
  const TensorFile saved = load_safetensors(file());
  for (const auto& [name, tensor] : weights) {
    if (!name.starts_with("encoder.")) continue;
    EXPECT_TRUE(at::equal(tensor, saved.tensors.at(name))) << name;
  }
  LinearProbeOptions probe_options;
  probe_options.split.fold = 0;
  LinearProbe probe(probe_options, {.data = data_}, pretrained());
  probe.run();
  EXPECT_TRUE(at::equal(weights.at("head.weight"), probe.results()[0].model.weight));
  EXPECT_TRUE(at::equal(weights.at("head.bias"), probe.results()[0].model.bias));
  options_.head_start = HeadStart::kNew;
  EXPECT_FALSE(
      at::equal(weights.at("head.weight"), tensors_of(task().network()).at("head.weight")));
}

TEST_F(FinetuneTaskTest, AClassWithoutLabelsBeginsUndecided) {
  std::erase_if(data_.folds[0],
                [&](int64_t i) { return data_.train.labels[static_cast<size_t>(i)] == 2; });
  FinetuneTask finetune = task();
  EXPECT_EQ(tensors_of(finetune.network()).at("head.bias")[2].item<float>(), 0);
  EXPECT_LT(finetune.judge_part(JudgedPart::kTest).loss, 20);
}

TEST_F(FinetuneTaskTest, RandomInitTakesTheKindAloneAndTheSameRateForBoth) {
  EXPECT_DOUBLE_EQ(task().optimizers()[1].optimizer.base_rate(), 1e-4);
  EXPECT_DOUBLE_EQ(task().optimizers()[0].optimizer.base_rate(), 1e-3);
  options_.random_init = true;
  EXPECT_DOUBLE_EQ(task().optimizers()[1].optimizer.base_rate(), 1e-3);
  const at::Tensor weight = tensors_of(task().network()).at("encoder.conv1.weight");
  EXPECT_FALSE(at::equal(weight, load_safetensors(file()).tensors.at("encoder.conv1.weight")));
  options_.encoder_factor = 0.5;
  EXPECT_DOUBLE_EQ(task().optimizers()[1].optimizer.base_rate(), 5e-4);
}

TEST_F(FinetuneTaskTest, FrozenEpochsTrainTheHeadAlone) {
  options_.freeze_epochs = 2;
  FinetuneTask finetune = task();
  const auto before = tensors_of(finetune.network());
  const auto moved = [&] {
    std::map<std::string, bool> result;
    for (const auto& [name, tensor] : tensors_of(finetune.network())) {
      result[name] = !at::equal(tensor, before.at(name));
    }
    return result;
  };
  TrainState state = train({.epochs = 2}, finetune, {}, {});
  for (const auto& [name, has_moved] : moved()) EXPECT_EQ(has_moved, name.starts_with("head."));
  train({.epochs = 3}, finetune, state, {});
  for (const auto& [name, has_moved] : moved()) {
    // The features are those of the flattened map: no gradient reaches the dense layer.
    EXPECT_EQ(has_moved, !name.starts_with("encoder.dense.")) << name;
  }
}

TEST_F(FinetuneTaskTest, LabelsThatAreNotGivenMoveNothing) {
  options_.split.validation = Validation::kHoldout;
  options_.split.labels_per_class = 5;
  const auto trained = [&] {
    FinetuneTask finetune = task();
    train({.epochs = 2}, finetune, {}, {});
    return tensors_of(finetune.network());
  };
  options_.learning_rates = {1e-3, 1e-2};
  const auto ignore = [](const Candidate&) {};
  const auto before = trained();
  const Choice choice = choose_learning_rate(options_, {.data = data_}, pretrained(), 1, ignore);
  std::reverse(data_.train.labels.begin() + 60, data_.train.labels.end());
  for (const auto& [name, tensor] : trained()) EXPECT_TRUE(at::equal(tensor, before.at(name)));
  const Choice again = choose_learning_rate(options_, {.data = data_}, pretrained(), 1, ignore);
  EXPECT_EQ(choice.value, again.value);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(choice.path[i].loss, again.path[i].loss);
    EXPECT_EQ(choice.path[i].accuracy, again.path[i].accuracy);
  }
}

TEST_F(FinetuneTaskTest, TheRateOfTheHighestHeldOutAccuracyIsChosen) {
  options_.split = {.validation = Validation::kTest};
  options_.head_start = HeadStart::kNew;
  options_.learning_rates = {1e-7, 1e-2, 1e30};
  std::vector<double> told;
  const Choice choice =
      choose_learning_rate(options_, {.data = data_}, pretrained(), 3,
                           [&](const Candidate& item) { told.push_back(item.value); });
  EXPECT_EQ(told, options_.learning_rates);
  ASSERT_EQ(choice.path.size(), 3u);
  EXPECT_EQ(choice.value, 1e-2);
  EXPECT_FALSE(choice.at_end);
  EXPECT_GT(choice.path[1].accuracy, choice.path[0].accuracy);
  EXPECT_FALSE(std::isfinite(choice.path[2].loss)) << "it diverges";
}

TEST_F(FinetuneTaskTest, ARateThatDivergesLosesAndNothingIsTrainedWhereAllDo) {
  options_.head_start = HeadStart::kNew;
  options_.learning_rates = {1e30, 1e-7};
  const auto ignore = [](const Candidate&) {};
  const Choice choice = choose_learning_rate(options_, {.data = data_}, pretrained(), 2, ignore);
  EXPECT_EQ(choice.value, 1e-7);
  EXPECT_EQ(choice.path[0].accuracy, 0) << "whatever the parts that did not diverge say";
  options_.learning_rates = {1e30, 1e31};
  EXPECT_THROW(choose_learning_rate(options_, {.data = data_}, pretrained(), 2, ignore), Diverged);
}

TEST_F(FinetuneTaskTest, ItLearns) {
  options_.head_start = HeadStart::kNew;
  options_.learning_rate = 0.01;
  FinetuneTask finetune = task();
  const double before = finetune.judge_part(JudgedPart::kTrain).loss;
  train({.epochs = 10}, finetune, {}, {});
  EXPECT_LT(finetune.judge_part(JudgedPart::kTrain).loss, before - 0.3);
}

}  // namespace
}  // namespace stl10
