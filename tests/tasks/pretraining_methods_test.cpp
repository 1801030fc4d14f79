#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <type_traits>

#include "golden.h"
#include "stl10/base/error.h"
#include "stl10/data/toy.h"
#include "stl10/tasks/barlow_twins.h"
#include "stl10/tasks/byol.h"
#include "stl10/tasks/dcl.h"
#include "stl10/tasks/dino.h"
#include "stl10/tasks/hsic.h"
#include "stl10/tasks/moco.h"
#include "stl10/tasks/nnclr.h"
#include "stl10/tasks/simclr.h"
#include "stl10/tasks/simsiam.h"
#include "stl10/tasks/twist.h"
#include "stl10/tasks/vicreg.h"
#include "stl10/train/trainer.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

/// What holds for every method that trains an encoder without labels.
template <class Method>
class PretrainingMethod : public ::testing::Test {
 protected:
  PretrainingMethod() {
    write_toy(folder_ / "toy", {.train = 40, .test = 20, .unlabeled = 40});
    data_ = open_dataset(folder_ / "toy", {.unlabeled = true});
    options_.encoder.width = 8;
    options_.batch_size = 6;
    options_.unlabeled_batch_size = 10;
    options_.projection.hidden = 16;
    options_.projection.outputs = 12;
    options_.split.validation = Validation::kNone;
  }
  Method task(int64_t epochs = 2) const {
    return Method(options_, {.data = data_, .steps_per_epoch = 3, .epochs = epochs});
  }
  static std::map<std::string, at::Tensor> tensors_of(Method& method) {
    std::map<std::string, at::Tensor> tensors;
    const auto& network = method.network();
    for (const auto& item : network.named_parameters()) tensors[item.key()] = item.value().clone();
    for (const auto& item : network.named_buffers()) tensors[item.key()] = item.value().clone();
    return tensors;
  }

  testing::TemporaryFolder folder_;
  Dataset data_;
  typename Method::Options options_;
};

using AllMethods = ::testing::Types<SimclrTask, DclTask, MocoTask, NnclrTask, ByolTask, SimsiamTask,
                                    DinoTask, BarlowTwinsTask, HsicTask, VicregTask, TwistTask>;
TYPED_TEST_SUITE(PretrainingMethod, AllMethods);

TYPED_TEST(PretrainingMethod, AStepAddsItsMetricsAndLeavesAllGradients) {
  TypeParam method = this->task();
  MetricSums sums;
  method.step(method.prepare({}), sums, unobserved);
  const auto read = sums.read();
  EXPECT_FALSE(read.bad_step);
  for (const char* name : {"loss", "correlation_accuracy", "feature_contrastive_accuracy",
                           "alignment", "uniformity", "probe_loss", "probe_accuracy"}) {
    EXPECT_TRUE(read.sums.contains(name)) << name;
  }
  EXPECT_EQ(read.sums.contains("contrastive_accuracy"), method.candidates().has_value());
  for (const auto& item : method.network().named_parameters()) {
    EXPECT_EQ(item.value().grad().defined(), item.value().requires_grad()) << item.key();
  }
}

TYPED_TEST(PretrainingMethod, TrainingMovesEveryWeight) {
  TypeParam method = this->task();
  const auto before = this->tensors_of(method);
  train({.epochs = 1}, method, {}, {});
  for (const auto& [name, tensor] : this->tensors_of(method)) {
    EXPECT_FALSE(at::equal(tensor, before.at(name))) << name;
  }
}

TYPED_TEST(PretrainingMethod, LabelsMoveNothingButTheProbe) {
  const auto trained = [&] {
    TypeParam method = this->task();
    train({.epochs = 1}, method, {}, {});
    return this->tensors_of(method);
  };
  const auto truth = trained();
  std::reverse(this->data_.train.labels.begin(), this->data_.train.labels.end());
  for (const auto& [name, tensor] : trained()) {
    EXPECT_EQ(at::equal(tensor, truth.at(name)), !name.starts_with("probe.")) << name;
  }
}

TYPED_TEST(PretrainingMethod, ResumedItHasTheSameBits) {
  TypeParam whole = this->task();
  train({.epochs = 2}, whole, {}, {});
  TypeParam first = this->task();
  train({.epochs = 1, .save = SavePlan{this->folder_.path(), {.config = Json::object()}}}, first,
        {}, {});
  TypeParam second = this->task();
  const TrainState state = Checkpoint(this->folder_.path()).restore(second);
  train({.epochs = 2}, second, state, {});
  const auto expected = this->tensors_of(whole);
  for (const auto& [name, tensor] : this->tensors_of(second)) {
    EXPECT_TRUE(at::equal(tensor, expected.at(name))) << name;
  }
}

TYPED_TEST(PretrainingMethod, WithoutAHeadTheLossComparesTheFeatures) {
  this->options_.projection.depth = 0;
  TypeParam method = this->task();
  MetricSums sums;
  method.step(method.prepare({}), sums, unobserved);
  EXPECT_FALSE(sums.read().bad_step);
}

TYPED_TEST(PretrainingMethod, ChunksGiveTheGradientsOfTheWhole) {
  this->options_.encoder.batch_norm = false;
  const auto gradients = [&](std::optional<int64_t> chunk) {
    this->options_.contrastive_chunk = chunk;
    TypeParam method = this->task();
    MetricSums sums;
    method.step(method.prepare({}), sums, unobserved);
    std::map<std::string, at::Tensor> found;
    for (const auto& item : method.network().named_parameters()) {
      if (item.value().requires_grad()) found[item.key()] = item.value().grad();
    }
    return found;
  };
  const auto whole = gradients(std::nullopt), parts = gradients(5);
  for (const auto& [name, gradient] : whole) {
    EXPECT_LT(testing::relative_distance(parts.at(name), gradient), 1e-5) << name;  // float
  }
}

TYPED_TEST(PretrainingMethod, ChunksOfAnEncoderThatMixesImagesAreRefused) {
  this->options_.encoder.batch_norm = true;
  this->options_.contrastive_chunk = 5;
  EXPECT_THROW(this->task(), ConfigError);
}

TYPED_TEST(PretrainingMethod, SmallViewsAreComparedWithTheLargeOnesOrRefused) {
  const bool of_two_views =
      std::is_same_v<TypeParam, DclTask> || std::is_same_v<TypeParam, BarlowTwinsTask> ||
      std::is_same_v<TypeParam, HsicTask> || std::is_same_v<TypeParam, VicregTask>;
  this->options_.views = "2+3";
  this->options_.projection.tap = Tap::kPooled;
  this->options_.tap = Tap::kPooled;
  if (of_two_views) {
    EXPECT_THROW(this->task(), ConfigError);
    return;
  }
  TypeParam method = this->task();
  const auto before = this->tensors_of(method);
  train({.epochs = 1}, method, {}, {});
  for (const auto& [name, tensor] : this->tensors_of(method)) {
    EXPECT_FALSE(at::equal(tensor, before.at(name))) << name;
  }
  this->options_.projection.tap = Tap::kFlat;
  this->options_.tap = Tap::kFlat;
  EXPECT_THROW(this->task(), ConfigError);
}

TEST(Queue, OneSmallerThanAStepIsRefused) {
  const testing::TemporaryFolder folder;
  write_toy(folder / "toy", {.train = 40, .test = 20, .unlabeled = 40});
  const Dataset data = open_dataset(folder / "toy", {.unlabeled = true});
  MocoOptions moco;
  NnclrOptions nnclr;
  moco.batch_size = nnclr.batch_size = 6;
  moco.unlabeled_batch_size = nnclr.unlabeled_batch_size = 10;
  moco.queue = 31;
  nnclr.queue = 15;
  EXPECT_THROW(MocoTask(moco, {.data = data}), ConfigError);
  EXPECT_THROW(NnclrTask(nnclr, {.data = data}), ConfigError);
  moco.queue = 32;
  nnclr.queue = 16;
  EXPECT_EQ(MocoTask(moco, {.data = data}).candidates(), 33);
  EXPECT_EQ(NnclrTask(nnclr, {.data = data}).candidates(), 16);
}

TEST(Simsiam, GradientsOfTheTargetAreItsOwnChoice) {
  const testing::TemporaryFolder folder;
  write_toy(folder / "toy", {.train = 40, .test = 20, .unlabeled = 40});
  const Dataset data = open_dataset(folder / "toy", {.unlabeled = true});
  SimsiamOptions options;
  options.encoder.width = 8;
  const auto gradient = [&](bool stop) {
    options.stop_gradient = stop;
    SimsiamTask task(options, {.data = data});
    MetricSums sums;
    task.step(task.prepare({}), sums, unobserved);
    return task.network().named_parameters()["encoder.conv1.weight"].grad().clone();
  };
  EXPECT_FALSE(at::equal(gradient(true), gradient(false)));
}

}  // namespace
}  // namespace stl10
