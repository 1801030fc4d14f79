#include "stl10/train/trainer.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>

#include "stl10/base/error.h"
#include "stl10/nn/layers.h"
#include "stl10/train/checkpoint.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

constexpr int64_t kImages = 10, kBatch = 4;

/// A dense layer that learns to give the index of an "image" back; small enough to check by hand.
class Problem {
 public:
  Problem()
      : layer_(1, 1, init_),
        loader_({.batch_size = kBatch}, all_indices(kImages), std::vector<int64_t>(kImages, 0), 3),
        task_{.network = *layer_,
              .optimizers = {{Optimizer({.kind = OptimizerKind::kSgd}, 0.01, parameters()),
                              {.decay = Decay::kCosine}}},
              .prepare = [](const Batch& batch) { return inputs(batch); },
              .step = [this](const PreparedBatch& batch) { return step(batch); },
              .validate = [this] { return validate(); }} {}

  TrainState run(int64_t epochs, const std::filesystem::path& folder, TrainState state = {},
                 const std::vector<Observer*>& observers = {}) {
    return train({.epochs = epochs, .folder = folder, .config = "{}"}, loader_, task_, state,
                 observers);
  }

  Task& task() { return task_; }
  at::Tensor weight() const { return layer_->weight.detach().clone(); }
  std::vector<std::vector<double>> seen_;  ///< per step, the images of its batch
  int64_t nan_step_ = -1;
  std::vector<std::optional<double>> accuracies_;  ///< of each epoch's validation

 private:
  std::vector<NamedTensor> parameters() {
    std::vector<NamedTensor> named;
    for (const auto& item : layer_->named_parameters())
      named.emplace_back(item.key(), item.value());
    return named;
  }
  static PreparedBatch inputs(const Batch& batch) {
    at::Tensor x = at::empty({static_cast<int64_t>(batch.labeled.size()), 1});
    for (size_t i = 0; i < batch.labeled.size(); ++i) {
      x.data_ptr<float>()[i] = static_cast<float>(batch.labeled[i]) / kImages;
    }
    return {x, x};
  }
  StepResult step(const PreparedBatch& batch) {
    std::vector<double> images;
    for (int64_t i = 0; i < batch.images.size(0); ++i)
      images.push_back(batch.images[i].item<double>());
    seen_.push_back(images);
    const at::Tensor loss = (layer_(batch.images) - batch.labels).square().mean();
    loss.backward();
    const bool broken = static_cast<int64_t>(seen_.size()) - 1 == nan_step_;
    const int64_t count = batch.images.size(0);
    const double sum = broken ? NAN : loss.item<double>() * static_cast<double>(count);
    return {{{"loss", {sum, count}}}, count};
  }
  std::optional<Metrics> validate() {
    const size_t epoch = validated_++;
    if (epoch >= accuracies_.size() || !accuracies_[epoch]) return std::nullopt;
    return Metrics{.means = {{"loss", 1 - *accuracies_[epoch]}, {"accuracy", *accuracies_[epoch]}},
                   .count = 5};
  }

  InitStream init_{.seed = 1};
  Dense layer_;
  Loader loader_;
  Task task_;
  size_t validated_ = 0;
};

struct Recorder : Observer {
  void on_step(const TrainState& state, int64_t steps, const Metrics& running) override {
    EXPECT_LE(state.step, steps);
    EXPECT_GT(running.count, 0);
    ++steps_seen;
  }
  void on_epoch(const EpochRecord& record) override { records.push_back(record); }
  int steps_seen = 0;
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
  for (int64_t i = 0; i < kImages; ++i) EXPECT_NEAR(images[static_cast<size_t>(i)], 0.1 * i, 1e-6);
}

TEST(Trainer, TheEpochsLossIsTheMeanOverImagesNotOverBatches) {
  const TemporaryFolder folder;
  Problem problem;
  for (auto& [optimizer, schedule] : problem.task().optimizers) {
    optimizer = Optimizer({.kind = OptimizerKind::kSgd, .momentum = 0}, 1e-12, {});
  }
  const double weight = problem.weight().item<double>();
  Recorder recorder;
  problem.run(1, folder.path(), {}, {&recorder});
  double sum = 0;
  for (int64_t i = 0; i < kImages; ++i) sum += std::pow((weight - 1) * 0.1 * i, 2);
  EXPECT_NEAR(recorder.records.at(0).train.at("loss"), sum / kImages, 1e-6);
  EXPECT_EQ(recorder.records[0].train.count, kImages);
}

TEST(Trainer, ObserversSeeEveryStepAndEpochAndTheLossFalls) {
  const TemporaryFolder folder;
  Problem problem;
  Recorder recorder;
  const TrainState state = problem.run(5, folder.path(), {}, {&recorder});
  EXPECT_EQ(recorder.steps_seen, 15);
  ASSERT_EQ(recorder.records.size(), 5u);
  EXPECT_EQ(recorder.records[4].epoch, 5);
  EXPECT_LT(recorder.records[4].train.at("loss"), recorder.records[0].train.at("loss"));
  EXPECT_LT(recorder.records[4].learning_rate, recorder.records[0].learning_rate);
  EXPECT_EQ(state.images, 5 * kImages);
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
  const TrainState state = load_checkpoint(folder / "last.safetensors", second.task());
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
  EXPECT_DOUBLE_EQ(state.best.accuracy, 0.7);
  EXPECT_EQ(state.best.lowest_loss_epoch, 2);
  Problem other;
  EXPECT_EQ(load_checkpoint(folder / "best.safetensors", other.task()).epoch, 2);
}

TEST(Trainer, WithoutValidationTheLastEpochIsTheBest) {
  const TemporaryFolder folder;
  Problem problem;
  EXPECT_EQ(problem.run(3, folder.path()).best.epoch, 3);
}

TEST(Trainer, ANanLossIsNamedWithItsStepAndKeepsTheLastGoodState) {
  const TemporaryFolder folder;
  Problem problem, other;
  problem.nan_step_ = 4;
  try {
    problem.run(3, folder.path());
    FAIL() << "no error";
  } catch (const Diverged& error) {
    EXPECT_NE(std::string(error.what()).find("epoch 2, step 2"), std::string::npos) << error.what();
    EXPECT_EQ(error.exit_code(), 3);
  }
  EXPECT_EQ(load_checkpoint(folder / "last.safetensors", other.task()).epoch, 1);
}

TEST(Checkpoint, AnotherNetworksCheckpointIsAUsageError) {
  const TemporaryFolder folder;
  Problem problem;
  problem.run(1, folder.path());
  InitStream init;
  Dense wider(2, 1, init);
  EXPECT_THROW(load_weights(folder / "last.safetensors", *wider), UsageError);
}

}  // namespace
}  // namespace stl10
