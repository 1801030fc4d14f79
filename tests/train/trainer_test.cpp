#include "stl10/train/trainer.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "train/problem.h"

namespace stl10 {
namespace {

using testing::Problem;
using testing::TemporaryFolder;

struct Recorder : Observer {
  void on_progress(const TrainState& state, int64_t steps, const Metrics& running) override {
    looked_at.push_back(state.step);
    if (state.step < steps) return;
    EXPECT_EQ(running.count, testing::kImages);
    ++whole_epochs_seen;
  }
  void on_epoch(const EpochRecord& record) override { records.push_back(record); }
  int whole_epochs_seen = 0;
  std::vector<int64_t> looked_at;  ///< steps done of the epoch
  std::vector<EpochRecord> records;
};

TEST(Trainer, AnEpochTrainsOnEachImageOnceWithTheLastPartialBatch) {
  const TemporaryFolder folder;
  Problem problem;
  problem.run(1, folder.path());
  ASSERT_EQ(problem.seen_.size(), 3u);
  EXPECT_EQ(problem.seen_[2].size(), 2u);
  std::vector<double> images;
  for (const auto& batch : problem.seen_) images.insert(images.end(), batch.begin(), batch.end());
  std::sort(images.begin(), images.end());
  for (int64_t i = 0; i < testing::kImages; ++i)
    EXPECT_NEAR(images[static_cast<size_t>(i)], 0.1 * i, 1e-6);
}

TEST(Trainer, TheEpochsLossIsTheMeanOverImagesNotOverBatches) {
  const TemporaryFolder folder;
  Problem problem;
  problem.set_optimizer({.kind = OptimizerKind::kSgd, .momentum = 0}, 1e-12);
  const double weight = problem.weight().item<double>();
  Recorder recorder;
  problem.run(1, folder.path(), {}, {&recorder});
  double sum = 0;
  for (int64_t i = 0; i < testing::kImages; ++i) sum += std::pow((weight - 1) * 0.1 * i, 2);
  EXPECT_NEAR(recorder.records.at(0).train.at("loss"), sum / testing::kImages, 1e-6);
  EXPECT_EQ(recorder.records[0].train.count, testing::kImages);
}

TEST(Trainer, ObserversSeeEveryEpochToItsEndAndTheLossFalls) {
  const TemporaryFolder folder;
  Problem problem;
  Recorder recorder;
  const TrainState state = problem.run(5, folder.path(), {}, {&recorder});
  EXPECT_EQ(recorder.whole_epochs_seen, 5);
  ASSERT_EQ(recorder.records.size(), 5u);
  EXPECT_EQ(recorder.records[4].epoch, 5);
  EXPECT_LT(recorder.records[4].train.at("loss"), recorder.records[0].train.at("loss"));
  EXPECT_LT(recorder.records[4].learning_rate, recorder.records[0].learning_rate);
  EXPECT_EQ(state.images, 5 * testing::kImages);
}

TEST(Trainer, OnTheCpuEachStepIsLookedAt) {
  const TemporaryFolder folder;
  Problem problem;
  Recorder recorder;
  problem.run(2, folder.path(), {}, {&recorder});
  EXPECT_EQ(recorder.looked_at, (std::vector<int64_t>{1, 2, 3, 1, 2, 3}));
}

TEST(Trainer, InputsMadeAheadAreTheSameAndSoAreTheWeights) {
  const TemporaryFolder folder;
  Problem plain, ahead;
  ahead.prepare_ahead_ = true;
  plain.run(3, folder.path());
  ahead.run(3, folder.path());
  EXPECT_EQ(ahead.seen_, plain.seen_);
  EXPECT_TRUE(at::equal(ahead.weight(), plain.weight()));
}

TEST(Trainer, WhatFailsWhileItIsMadeAheadFailsTheRun) {
  const TemporaryFolder folder;
  struct Broken : Problem {
    Prepared augment(const Batch& batch, const StepContext& context) const override {
      if (context.step == 1) throw DataError({"a bad image", "", "", ""});
      return Problem::augment(batch, context);
    }
  } problem;
  problem.prepare_ahead_ = true;
  EXPECT_THROW(problem.run(1, folder.path()), DataError);
  EXPECT_EQ(problem.seen_.size(), 1u);
}

TEST(Trainer, SecondsIncludeObserversAndSaving) {
  const TemporaryFolder folder;
  Problem problem;
  struct Slow : Observer {
    void on_epoch(const EpochRecord&) override {
      std::this_thread::sleep_for(std::chrono::milliseconds(40));
    }
  } slow;
  EXPECT_GE(problem.run(2, folder.path(), {}, {&slow}).seconds, 0.08);
}

TEST(Trainer, ResumedAtAnEpochsEndItsRateIsANumber) {
  const TemporaryFolder folder;
  Problem problem;
  Recorder recorder;
  TrainState state;
  state.step = 3;  // all of the epoch's: only its judgement is left
  state.sums = {{"loss", {1.5, 10}}};
  problem.run(1, folder.path(), state, {&recorder});
  EXPECT_EQ(recorder.records.at(0).images_per_second, 0);
  EXPECT_DOUBLE_EQ(recorder.records[0].train.at("loss"), 0.15);
  EXPECT_TRUE(problem.seen_.empty());
}

TEST(Trainer, ResumedFromACheckpointItEndsAtTheSameBits) {
  const TemporaryFolder folder;
  Problem straight, first, second;
  straight.run(6, folder.path());
  // The schedule depends on the whole length, so the first part is a six-epoch run cut after two.
  struct Cut : Observer {
    void on_epoch(const EpochRecord& record) override {
      if (record.epoch == 3) throw std::runtime_error("cut before the third epoch is saved");
    }
  } cut;
  EXPECT_THROW(first.run(6, folder.path(), {}, {&cut}), std::runtime_error);
  const TrainState state = Checkpoint(folder / "last.safetensors").restore(second);
  EXPECT_EQ(state.epoch, 2);
  second.run(6, folder.path(), state);
  EXPECT_TRUE(at::equal(straight.weight(), second.weight()));
}

TEST(Trainer, TheBestCheckpointFollowsValidationAccuracyAndKeepsTheFirstOfEquals) {
  const TemporaryFolder folder;
  Problem problem;
  problem.accuracies_ = {0.3, 0.7, 0.5, 0.7};
  const TrainState state = problem.run(4, folder.path());
  EXPECT_EQ(state.best.epoch, 2);
  EXPECT_DOUBLE_EQ(state.best.metrics->at("accuracy"), 0.7);
  EXPECT_EQ(state.best.lowest_loss_epoch, 2);
  Problem other;
  EXPECT_EQ(Checkpoint(folder / "best.safetensors").restore(other).epoch, 2);
}

TEST(Trainer, EqualCheckpointsAreWrittenOnce) {
  const TemporaryFolder folder;
  const auto are_one = [&] {
    return std::filesystem::equivalent(folder / kBestCheckpoint, folder / kLastCheckpoint);
  };
  Problem problem;
  problem.accuracies_ = {0.3, 0.7, 0.5};
  const TrainState state = problem.run(2, folder.path());
  EXPECT_TRUE(are_one());
  const std::string best = read_file(folder / kBestCheckpoint);
  problem.run(3, folder.path(), state);
  EXPECT_FALSE(are_one());
  EXPECT_EQ(read_file(folder / kBestCheckpoint), best);
  Problem other;
  EXPECT_EQ(Checkpoint(folder / kLastCheckpoint).restore(other).epoch, 3);
}

TEST(Trainer, TheSelectingMetricAndItsDirectionAreNamed) {
  const TemporaryFolder folder;
  for (const bool higher : {true, false}) {
    Problem problem;
    problem.accuracies_ = {0.3, 0.7, 0.5, 0.3};
    const TrainState state = problem.run(4, folder.path(), {}, {}, {"validation", "loss", higher});
    EXPECT_EQ(state.best.epoch, higher ? 1 : 2);
    EXPECT_EQ(state.best.lowest_loss_epoch, 2);
  }
}

TEST(Trainer, EpochsWithoutAMeasurementAreNoneOfTheBest) {
  const TemporaryFolder folder;
  Problem problem, other;
  problem.accuracies_ = {std::nullopt, std::nullopt, 0.2, std::nullopt, 0.1};
  const TrainState state = problem.run(6, folder.path());
  EXPECT_EQ(state.best.epoch, 3);
  EXPECT_EQ(Checkpoint(folder / "best.safetensors").restore(other).epoch, 3);
}

TEST(Trainer, ASplitThatNobodyMeasuresSelectsNothing) {
  const TemporaryFolder folder;
  Problem problem;
  problem.accuracies_ = {0.3, 0.7, 0.5};
  const TrainState state = problem.run(3, folder.path(), {}, {}, {.split = "knn"});
  EXPECT_EQ(state.best.epoch, 3);
  EXPECT_FALSE(state.best.metrics.has_value());
}

TEST(Trainer, WithoutValidationTheLastEpochIsTheBest) {
  const TemporaryFolder folder;
  Problem problem;
  EXPECT_EQ(problem.run(3, folder.path()).best.epoch, 3);
}

/// The message of the Diverged that a run of three epochs ends with.
std::string divergence_of(Problem& problem, const TemporaryFolder& folder) {
  try {
    problem.run(3, folder.path());
  } catch (const Diverged& error) {
    EXPECT_EQ(error.exit_code(), 3);
    return error.what();
  }
  return "no error";
}

/// Weights that the last checkpoint holds are finite, and they are those of the first epoch.
void expect_first_epoch(const TemporaryFolder& folder) {
  Problem other;
  EXPECT_EQ(Checkpoint(folder / "last.safetensors").restore(other).epoch, 1);
  EXPECT_EQ(first_not_finite(other), "");
}

TEST(Trainer, ANanLossIsNamedWithItsStepAndKeepsTheLastGoodState) {
  const TemporaryFolder folder;
  Problem problem;
  problem.nan_step_ = 4;
  const std::string message = divergence_of(problem, folder);
  EXPECT_NE(message.find("epoch 2, step 2"), std::string::npos) << message;
  EXPECT_NE(message.find("last.safetensors"), std::string::npos) << message;
  expect_first_epoch(folder);
}

TEST(Trainer, TheFirstEpochsDivergenceNamesNoCheckpoint) {
  const TemporaryFolder folder;
  Problem problem;
  problem.nan_step_ = 0;
  const std::string message = divergence_of(problem, folder);
  EXPECT_NE(message.find("epoch 1, step 1"), std::string::npos) << message;
  EXPECT_EQ(message.find("last.safetensors"), std::string::npos) << message;
}

TEST(Trainer, WeightsThatTheLastStepBreaksAreNeverSaved) {
  const TemporaryFolder folder;
  Problem problem;
  problem.broken_weight_step_ = 5;  // the last one of the second epoch: no loss sees it
  const std::string message = divergence_of(problem, folder);
  EXPECT_NE(message.find("weight"), std::string::npos) << message;
  EXPECT_NE(message.find("epoch 2, step 3"), std::string::npos) << message;
  expect_first_epoch(folder);
}

TEST(Trainer, ANanInValidationIsADivergence) {
  const TemporaryFolder folder;
  Problem problem;
  problem.accuracies_ = {0.5, NAN};
  const std::string message = divergence_of(problem, folder);
  EXPECT_NE(message.find("validation accuracy"), std::string::npos) << message;
  expect_first_epoch(folder);
}

TEST(Trainer, WithoutASavePlanNothingIsWrittenAndTheWeightsAreTheSame) {
  const TemporaryFolder folder, empty;
  Problem saved, unsaved;
  saved.run(2, folder.path());
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(empty.path());
  train({.epochs = 2}, unsaved, {}, {});
  std::filesystem::current_path(before);
  EXPECT_TRUE(std::filesystem::is_empty(empty.path()));
  EXPECT_TRUE(at::equal(saved.weight(), unsaved.weight()));
}

TEST(Trainer, ObserversSeeTheStagesOfAStepInOrder) {
  struct Stages : Observer {
    void on_stage(Stage stage) override { seen.push_back(stage); }
    std::vector<Stage> seen;
  } stages;
  Problem problem;
  train({.epochs = 1}, problem, {}, {&stages});
  const auto steps = static_cast<size_t>(problem.loader().steps_per_epoch());
  ASSERT_EQ(stages.seen.size(), 5 * steps);
  EXPECT_EQ(std::vector<Stage>(stages.seen.begin(), stages.seen.begin() + 5),
            (std::vector<Stage>{Stage::kLoad, Stage::kAugment, Stage::kForward, Stage::kBackward,
                                Stage::kOptimize}));
}

}  // namespace
}  // namespace stl10
