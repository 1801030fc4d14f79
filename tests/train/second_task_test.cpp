#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <sstream>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/interrupt.h"
#include "stl10/base/safetensors.h"
#include "stl10/nn/layers.h"
#include "stl10/report/metrics_file.h"
#include "stl10/train/trainer.h"
#include "temporary_folder.h"

/// A method that shares nothing with supervised training but the loop: two optimizers, no accuracy,
/// a momentum copy of the weights, two validation splits that are measured in every third epoch.
namespace stl10 {
namespace {

using testing::TemporaryFolder;

constexpr int64_t kSamples = 300, kBatch = 64, kInputs = 64, kEpochs = 7;

/// An encoder and a decoder that learn to give their input back, and a momentum encoder.
struct AutoencoderImpl : torch::nn::Module {
  AutoencoderImpl() {
    InitStream init{.seed = 4}, same{.seed = 4};
    encoder = register_module("encoder", Dense(kInputs, 32, init));
    decoder = register_module("decoder", Dense(32, kInputs, init));
    momentum = register_module("momentum", Dense(kInputs, 32, same));
    for (at::Tensor& parameter : momentum->parameters()) parameter.set_requires_grad(false);
  }
  Dense encoder = nullptr, decoder = nullptr, momentum = nullptr;
};
TORCH_MODULE(Autoencoder);

class MomentumTask : public Task {
 public:
  MomentumTask()
      : loader_({.batch_size = kBatch, .drop_last = true}, all_indices(kSamples),
                std::vector<int64_t>(kSamples, 0), 5) {
    optimizers_.push_back(
        {Optimizer({.kind = OptimizerKind::kAdam}, 1e-2, named_parameters(*network_->encoder)),
         {.decay = Decay::kCosine, .warmup_epochs = 1}});
    optimizers_.push_back({Optimizer({.kind = OptimizerKind::kSgd, .weight_decay = 1e-3}, 1e-2,
                                     named_parameters(*network_->decoder)),
                           {}});
  }

  torch::nn::Module& network() override { return *network_; }
  const Loader& loader() const override { return loader_; }
  std::vector<ScheduledOptimizer>& optimizers() override { return optimizers_; }

  Prepared augment(const Batch& batch, const StepContext& context) const override {
    if (on_augment_) on_augment_(context);
    const at::Tensor index = at::tensor(batch.labeled, at::kFloat).unsqueeze(1);
    const at::Tensor x = (index * at::arange(1, kInputs + 1) * 0.37).sin();
    return {.views = {{"clean", x}, {"noisy", x + 0.1 * (index * 7.3).cos()}},
            .images = 2 * x.size(0)};
  }

  void step(const Prepared& prepared, MetricSums& sums, const StageEnd&) override {
    const at::Tensor& x = prepared.views.at("clean");
    const at::Tensor h = at::tanh(network_->encoder(prepared.views.at("noisy")));
    const at::Tensor target = at::tanh(network_->momentum(x)).detach();
    const at::Tensor loss = (network_->decoder(h) - x).square().mean();
    const at::Tensor distance = (h - target).square().mean();
    (loss + 0.1 * distance).backward();
    sums.add_mean("loss", loss, x.size(0));
    sums.add_mean("distance", distance, x.size(0));
  }

  void after_update(const StepContext&) override {
    const at::NoGradGuard no_grad;
    const auto online = network_->encoder->parameters();
    auto momentum = network_->momentum->parameters();
    for (size_t i = 0; i < online.size(); ++i) momentum[i].lerp_(online[i], 0.01);
  }

  Splits validate(int64_t epoch) override {
    if (epoch % 3 != 2) return {};
    const at::NoGradGuard no_grad;
    const at::Tensor x = at::arange(2 * kInputs, at::kFloat).reshape({2, kInputs}).sin();
    const auto loss_of = [&](Dense& encoder) {
      return (network_->decoder(at::tanh(encoder(x))) - x).square().mean().item<double>();
    };
    return {{"online", {{{"loss", loss_of(network_->encoder)}}, 2}},
            {"momentum", {{{"loss", loss_of(network_->momentum)}}, 2}}};
  }

  std::function<void(const StepContext&)> on_augment_;

 private:
  Autoencoder network_;
  Loader loader_;
  std::vector<ScheduledOptimizer> optimizers_;
};

class SecondTask : public ::testing::Test {
 protected:
  SecondTask() : threads_(at::get_num_threads()) { at::set_num_threads(2); }
  ~SecondTask() override { at::set_num_threads(threads_); }

  /// Trains to the end in `folder`, from its last checkpoint where it holds one.
  static TrainState run(MomentumTask& task, const std::filesystem::path& folder) {
    TrainState state;
    const std::filesystem::path last = folder / kLastCheckpoint;
    if (std::filesystem::exists(last)) state = Checkpoint(last).restore(task);
    MetricsFile metrics(folder, state.epoch, "none");
    return train({.epochs = kEpochs,
                  .selection = {"momentum", "loss", /*higher_is_better=*/false},
                  .save = SavePlan{folder, {.command = "momentum"}}},
                 task, state, {&metrics});
  }

  static void expect_equal_runs(const std::filesystem::path& a, const std::filesystem::path& b) {
    for (const char* name : {kLastCheckpoint, kBestCheckpoint}) {
      const TensorFile one = load_safetensors(a / name), two = load_safetensors(b / name);
      ASSERT_EQ(one.tensors.size(), two.tensors.size());
      for (const auto& [key, tensor] : one.tensors) {
        EXPECT_TRUE(at::equal(tensor, two.tensors.at(key))) << name << " " << key;
      }
      EXPECT_EQ(one.metadata.at("step"), two.metadata.at("step"));
    }
    EXPECT_EQ(epochs_of(a), epochs_of(b));
  }

  /// metrics.jsonl without the times.
  static std::vector<Json> epochs_of(const std::filesystem::path& folder) {
    std::istringstream text(read_file(folder / "metrics.jsonl"));
    std::vector<Json> epochs;
    for (std::string line; std::getline(text, line);) {
      epochs.push_back(parse_json(line, "metrics.jsonl"));
      epochs.back().erase("seconds");
      epochs.back().erase("images_per_second");
    }
    return epochs;
  }

 private:
  int threads_;
};

TEST_F(SecondTask, TrainsSavesAndMeasuresInEveryThirdEpoch) {
  const TemporaryFolder folder;
  MomentumTask task;
  const TrainState state = run(task, folder.path());
  const std::vector<Json> epochs = epochs_of(folder.path());
  ASSERT_EQ(epochs.size(), static_cast<size_t>(kEpochs));
  EXPECT_LT(epochs.back()["train"]["loss"], epochs.front()["train"]["loss"]);
  for (const Json& epoch : epochs) {
    const bool measured = epoch["epoch"].get<int64_t>() % 3 == 0;
    EXPECT_EQ(epoch.contains("online"), measured);
    EXPECT_EQ(epoch.contains("momentum"), measured);
  }
  const bool first = epochs[2]["momentum"]["loss"] <= epochs[5]["momentum"]["loss"];
  EXPECT_EQ(state.best.epoch, first ? 3 : 6);
  EXPECT_EQ(load_safetensors(folder / kLastCheckpoint).metadata.at("step"), "[28,28]");
  EXPECT_EQ(state.images, kEpochs * 4 * 2 * kBatch);
}

TEST_F(SecondTask, InterruptedInAnEpochItGoesOnToTheBit) {
  const TemporaryFolder straight, stopped;
  MomentumTask one, two, three;
  run(one, straight.path());
  two.on_augment_ = [](const StepContext& context) {
    if (context.epoch == 4 && context.step == 1) std::raise(SIGTERM);
  };
  {
    const InterruptGuard guard;
    EXPECT_THROW(run(two, stopped.path()), Interrupted);
  }
  run(three, stopped.path());
  expect_equal_runs(straight.path(), stopped.path());
}

using SecondTaskDeathTest = SecondTask;

TEST_F(SecondTaskDeathTest, KilledInAnEpochItGoesOnFromTheLastOneToTheBit) {
  // The child process starts this test anew, so it learns the folder from the environment.
  constexpr char kVariable[] = "STL10_TEST_KILLED_RUN";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const TemporaryFolder straight, killed;
  setenv(kVariable, killed.path().c_str(), /*overwrite=*/0);
  MomentumTask one, two, three;
  two.on_augment_ = [](const StepContext& context) {
    if (context.epoch == 4 && context.step == 2) std::raise(SIGKILL);
  };
  EXPECT_EXIT(run(two, std::getenv(kVariable)), ::testing::KilledBySignal(SIGKILL), "");
  unsetenv(kVariable);
  EXPECT_EQ(epochs_of(killed.path()).size(), 4u);
  run(one, straight.path());
  run(three, killed.path());
  expect_equal_runs(straight.path(), killed.path());
}

}  // namespace
}  // namespace stl10
