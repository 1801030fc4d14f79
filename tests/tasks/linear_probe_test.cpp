#include "stl10/tasks/linear_probe.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/tiny_data.h"
#include "stl10/base/error.h"
#include "stl10/base/safetensors.h"
#include "stl10/tasks/floors.h"
#include "tasks/pretrained_fixture.h"

namespace stl10 {
namespace {

using testing::expect_says;
using testing::message_of;

class LinearProbeTest : public testing::PretrainedFixture {
 protected:
  LinearProbeTest() { options_.split.holdout_fraction = 0.2; }

  LinearProbe probed() const {
    LinearProbe probe(options_, {.data = data_}, pretrained(options_.tap.value_or(Tap::kFlat)));
    probe.run();
    return probe;
  }

  LinearProbeOptions options_;
};

TEST_F(LinearProbeTest, TestLabelsMoveNothing) {
  const LinearProbe before = probed();
  std::reverse(data_.test.labels.begin(), data_.test.labels.end());
  const LinearProbe after = probed();
  EXPECT_TRUE(at::equal(before.results()[0].model.weight, after.results()[0].model.weight));
  EXPECT_TRUE(at::equal(before.results()[0].model.bias, after.results()[0].model.bias));
  EXPECT_EQ(before.results()[0].model.l2, after.results()[0].model.l2);
  EXPECT_NE(before.results()[0].test.accuracy, after.results()[0].test.accuracy);
}

TEST_F(LinearProbeTest, LabelsThatAreNotGivenMoveNothing) {
  for (const auto& labels : {std::optional<int64_t>(), std::optional<int64_t>(3)}) {
    options_.split.fold = 0;
    options_.split.labels_per_class = labels;
    const LinearProbe before = probed();
    std::reverse(data_.train.labels.begin() + 60, data_.train.labels.end());
    const LinearProbe after = probed();
    EXPECT_TRUE(at::equal(before.results()[0].model.weight, after.results()[0].model.weight));
    EXPECT_EQ(before.results()[0].model.l2, after.results()[0].model.l2);
    EXPECT_EQ(before.results()[0].train.indices.size(), labels ? 30u : 60u);
  }
}

TEST_F(LinearProbeTest, FewLabelsAreChosenByCrossValidationAllByAPart) {
  EXPECT_EQ(probed().labels()[0].parts.size(), 1u);
  options_.split.labels_per_class = 5;
  const LinearProbe few = probed();
  ASSERT_EQ(few.labels()[0].parts.size(), 5u);
  for (const Split& part : few.labels()[0].parts) EXPECT_EQ(part.held_out.size(), 10u);
  expect_says(few.description(), {"50 labeled images", "5-fold cross-validation inside them"});
}

TEST_F(LinearProbeTest, EachLabeledImageIsJudgedByAModelWithoutIt) {
  options_.split.labels_per_class = 5;
  for (const ProbeOptimizer optimizer : {ProbeOptimizer::kLbfgs, ProbeOptimizer::kSgd}) {
    options_.fit.optimizer = optimizer;
    const LinearProbe probe = probed();
    const ProbeResult& result = probe.results()[0];
    ASSERT_TRUE(result.held_out);
    EXPECT_EQ(result.held_out->indices, probe.labels()[0].images);
    const auto chosen = std::find_if(
        result.model.choice->path.begin(), result.model.choice->path.end(),
        [&](const Candidate& item) { return item.value == result.model.choice->value; });
    EXPECT_NEAR(result.held_out->accuracy, chosen->accuracy, 1e-12);
    EXPECT_NEAR(result.held_out->loss, chosen->loss, 1e-5);
  }
  options_.fit.learning_rate = 0.1;  // nothing is chosen
  EXPECT_FALSE(probed().results()[0].held_out);
}

TEST_F(LinearProbeTest, ChoicesOnTheTestImagesLeaveNoneHeldOut) {
  options_.split.validation = Validation::kTest;
  EXPECT_FALSE(probed().results()[0].held_out);
}

TEST_F(LinearProbeTest, TheEncoderKeepsItsBytes) {
  LinearProbe probe = probed();
  save_weights(folder_ / "probe.safetensors", *probe.network(), {});
  const TensorFile before = load_safetensors(file()),
                   after = load_safetensors(folder_ / "probe.safetensors");
  int64_t seen = 0;
  for (const auto& [name, tensor] : before.tensors) {
    if (!name.starts_with("encoder.")) continue;
    EXPECT_TRUE(at::equal(tensor, after.tensors.at(name))) << name;
    ++seen;
  }
  EXPECT_EQ(seen, 4 * 5 + 2);  // weight and four of the normalization; the dense layer
  EXPECT_FALSE(at::equal(before.tensors.at("encoder.norm1.running_mean"), at::zeros({8})));
}

TEST_F(LinearProbeTest, TheSavedClassifierSaysWhatWasJudged) {
  LinearProbe probe = probed();
  const at::NoGradGuard no_grad;
  const Augmenter plain(augment_preset("none"), 0);
  const std::vector<int64_t> test = all_indices(data_.test);
  const at::Tensor logits =
      probe.network()(plain.views(data_.test.images(), test, {}, at::kCPU, at::kFloat));
  const at::Tensor p = at::softmax(logits, 1);
  EXPECT_LT((p - probe.results()[0].test.probabilities).abs().max().item<float>(), 1e-4);
}

TEST_F(LinearProbeTest, AClassWithoutLabelsIsLeftOut) {
  std::vector<int64_t>& fold = data_.folds[0];
  std::erase_if(fold, [&](int64_t i) { return data_.train.labels[static_cast<size_t>(i)] == 2; });
  options_.split.fold = 0;
  for (const ProbeOptimizer optimizer :
       {ProbeOptimizer::kLbfgs, ProbeOptimizer::kSgd, ProbeOptimizer::kAdam}) {
    options_.fit.optimizer = optimizer;
    const LinearProbe probe = probed();
    EXPECT_EQ(probe.results()[0].model.absent, std::vector<int64_t>{2});
    EXPECT_EQ(probe.results()[0].test.probabilities.select(1, 2).max().item<float>(), 0);
    EXPECT_TRUE(std::isfinite(probe.results()[0].test.loss));
  }
}

TEST_F(LinearProbeTest, AFixedL2IsTakenAndNothingIsHeldOut) {
  options_.fit.l2 = 0.5;
  const LinearProbe probe = probed();
  EXPECT_EQ(probe.results()[0].model.l2, 0.5);
  EXPECT_FALSE(probe.results()[0].model.choice);
  EXPECT_TRUE(probe.labels()[0].parts.empty());
  expect_says(probe.description(), {"nothing is chosen"});
}

TEST_F(LinearProbeTest, EachFoldOfTheProtocolIsFittedAlone) {
  options_.protocol = Protocol::kTenFold;
  const LinearProbe all = probed();
  ASSERT_EQ(all.results().size(), 2u);
  options_.protocol = Protocol::kNone;
  options_.split.fold = 1;
  const LinearProbe second = probed();
  EXPECT_EQ(all.results()[1].fold, 1);
  EXPECT_TRUE(at::equal(all.results()[1].model.weight, second.results()[0].model.weight));
  EXPECT_EQ(all.results()[1].test.accuracy, second.results()[0].test.accuracy);
}

TEST_F(LinearProbeTest, TheProbesOfTheLiteratureComeNearTheOptimum) {
  options_.fit.l2 = 0.1;
  const double optimum = probed().results()[0].train.accuracy;
  options_.fit.l2.reset();
  options_.fit.optimizer = ProbeOptimizer::kSgd;
  const LinearProbe sgd = probed();
  EXPECT_TRUE(sgd.results()[0].model.learning_rate);
  EXPECT_EQ(sgd.results()[0].model.choice->path.size(), 7u);
  options_.fit.learning_rate = 0.1;
  EXPECT_GT(probed().results()[0].train.accuracy, 0.9 * optimum);
  options_.fit.learning_rate.reset();
  options_.fit.optimizer = ProbeOptimizer::kAdam;
  const LinearProbe naive = probed();
  EXPECT_EQ(naive.results()[0].model.learning_rate, 1e-3);
  EXPECT_FALSE(naive.results()[0].model.choice);
}

TEST_F(LinearProbeTest, MoreViewsTrainButDontJudge) {
  options_.feature_views = 3;
  const LinearProbe views = probed();
  EXPECT_EQ(views.images_encoded(), 3 * 120 + 50);
  EXPECT_EQ(views.results()[0].train.indices.size(), 120u);
  options_.feature_views = 1;
  EXPECT_FALSE(at::equal(views.results()[0].model.weight, probed().results()[0].model.weight));
}

TEST_F(LinearProbeTest, ABankSmallerThanKVotesAsAWhole) {
  const LinearProbe probe = probed();
  ASSERT_EQ(probe.knn().size(), 2u);
  EXPECT_EQ(probe.knn()[0].k, 20);
  EXPECT_EQ(probe.knn()[1].k, 120);
  EXPECT_EQ(probe.knn()[1].asked.k, 200);
}

TEST_F(LinearProbeTest, WhatDoesNotFitTogetherIsRefused) {
  const auto refused = [&](const std::vector<std::string>& parts) {
    expect_says(
        message_of<UsageError>([&] { LinearProbe(options_, {.data = data_}, pretrained()); }),
        parts);
    options_ = {};
  };
  options_.fit = {.optimizer = ProbeOptimizer::kSgd, .l2 = 0.1};
  refused({"--l2", "lbfgs"});
  options_.fit = {.epochs = 3};
  refused({"--epochs", "sgd or adam"});
  options_.split.validation = Validation::kNone;
  refused({"--validation none", "--l2"});
  options_.split.labels_per_class = 1;
  refused({"one label a class", "--l2"});
  options_.protocol = Protocol::kTenFold;
  options_.split.fold = 0;
  refused({"--protocol", "leave one"});
}

TEST_F(LinearProbeTest, FeaturesOfPartsAreThoseOfTheirImages) {
  ProbeFeatures features{.images = {3, 5, 8}, .labels = at::tensor({0, 1, 2}, at::kLong)};
  features.views = at::arange(12, at::kFloat).reshape({2, 3, 2});
  const LabeledFeatures some = features.of({5, 8}, true);
  EXPECT_TRUE(at::equal(some.x.select(1, 0), at::tensor({2.f, 4.f, 8.f, 10.f})));
  EXPECT_TRUE(at::equal(some.labels, at::tensor({1, 2, 1, 2}, at::kLong)));
  const auto parts = features.parts_of({.parts = {{.train = {3, 8}, .held_out = {5}}}});
  EXPECT_EQ(parts.at(0).train.x.size(0), 4);
  EXPECT_TRUE(at::equal(parts[0].held_out.x, at::tensor({2.f, 3.f}).unsqueeze(0)));
}

TEST_F(LinearProbeTest, FloorsAreMeasuredLikeAProbeAndReadBack) {
  const TaskInput input{.data = data_};
  FloorRequest request{
      .encoder = pretrained(),
      .labels = probe_labels(data_, options_.split, Protocol::kNone, 0, "--no-floors")};
  const std::vector<Floor> floors = measure_floors(request, input);
  ASSERT_EQ(floors.size(), 3u);
  EXPECT_EQ(floors[0].name, "pixels");
  EXPECT_EQ(floors[1].name, "color_histogram");
  EXPECT_EQ(floors[2].name, "random_encoder");
  EXPECT_EQ(floors[2].accuracies.size(), 3u);
  for (const Floor& floor : floors) {
    double mean = 0;
    for (const double one : floor.accuracies)
      mean += one / static_cast<double>(floor.accuracies.size());
    EXPECT_NEAR(floor.accuracy, mean, 1e-12);
    EXPECT_EQ(floor.correct.numel(), 50);
    EXPECT_GT(floor.held_out_accuracy, 0);
    EXPECT_LE(floor.held_out_accuracy, 1);
  }
  const Json key = floors_key(request, input);
  const std::vector<Floor> read = floors_from_text(floors_text(floors, key), key);
  ASSERT_EQ(read.size(), 3u);
  EXPECT_TRUE(at::equal(read[2].correct, floors[2].correct));
  EXPECT_EQ(read[1].l2, floors[1].l2);
  EXPECT_EQ(read[2].held_out_accuracy, floors[2].held_out_accuracy);
  request.encoder.tap = Tap::kPooled;
  EXPECT_TRUE(floors_from_text(floors_text(floors, key), floors_key(request, input)).empty());
  EXPECT_TRUE(floors_from_text("{\"key\":", key).empty());
  EXPECT_TRUE(floors_from_text("{}", key).empty());
}

TEST_F(LinearProbeTest, FloorsAreKeyedByEveryByteTheyComeFrom) {
  const FloorRequest request{
      .encoder = pretrained(),
      .labels = probe_labels(data_, options_.split, Protocol::kNone, 0, "--no-floors")};
  const Json key = floors_key(request, {.data = data_});
  EXPECT_EQ(floors_key(request, {.data = data_}), key);
  EXPECT_NE(floors_key(request, {.data = data_, .seed = 1}), key);
  Compute other;
  other.network_type = at::kBFloat16;
  EXPECT_NE(floors_key(request, {.data = data_, .compute = other}), key);
  const std::string print = fingerprint(open_dataset(folder_ / "toy"));
  for (const char* name : {"train_X.bin", "test_X.bin"}) {
    std::string bytes = read_file(folder_ / "toy" / name);
    bytes[kImageBytes * 3 / 2] ^= 1;  // of the second image, which no fingerprint looks at
    save_atomically(folder_ / "toy" / name, bytes);
    const Dataset changed = open_dataset(folder_ / "toy");
    EXPECT_EQ(fingerprint(changed), print);
    EXPECT_NE(floors_key(request, {.data = changed}), key) << name;
    bytes[kImageBytes * 3 / 2] ^= 1;
    save_atomically(folder_ / "toy" / name, bytes);
  }
}

TEST_F(LinearProbeTest, ARandomEncodersStatisticsAreThoseOfTheImages) {
  PlainImages images = plain_images(data_.train, kSide, at::kCPU);
  const std::vector<int64_t> all = all_indices(data_.train);
  const Encoder encoder =
      random_encoder(pretrained().options, Tap::kDense, 3, {images, all}, {.device = at::kCPU});
  const at::Tensor features =
      encoder_features(encoder, Tap::kFlat, {images, all}, {.device = at::kCPU});
  EXPECT_GT(features.std().item<float>(), 0.3);  // normalized; unestimated it is below 0.1
}

TEST_F(LinearProbeTest, AnotherTapIsTakenOrRefused) {
  options_.tap = Tap::kPooled;
  EXPECT_EQ(probed().results()[0].model.weight.size(1), 8);
  InitStream init;
  Classifier without(pretrained().options, HeadOptions{}, data_.class_count(), init, Tap::kFlat,
                     /*last=*/Tap::kFlat);
  save_weights(folder_ / "without.safetensors", *without,
               {.config = {{"width", 8}, {"encoder", to_json(pretrained().options)}},
                .class_names = data_.class_names});
  expect_says(message_of<UsageError>([&] {
                read_pretrained(Checkpoint(folder_ / "without.safetensors"), Tap::kDense);
              }),
              {"without the tap dense", "--tap flat, pooled, layers or quadrants"});
}

}  // namespace
}  // namespace stl10
