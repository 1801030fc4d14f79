#include "stl10/tasks/evaluation.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "golden.h"
#include "stl10/base/error.h"
#include "stl10/evaluate/logistic_regression.h"
#include "stl10/tasks/encoder_features.h"
#include "stl10/tasks/metrics.h"
#include "tasks/pretrained_fixture.h"

namespace stl10 {
namespace {

class EvaluationTest : public testing::PretrainedFixture {
 protected:
  Evaluation evaluated() {
    Evaluation evaluation(options_, {.data = data_}, Checkpoint(file()));
    evaluation.run();
    return evaluation;
  }

  /// What the encoder says of images of one file.
  at::Tensor features_of(const ImageSet& images, const std::vector<int64_t>& indices, Tap tap) {
    PlainImages plain = plain_images(images, kSide, at::kCPU);
    return encoder_features(pretrained(tap).load(), tap, {plain, indices}, {});
  }

  EvaluationOptions options_{.kmeans_restarts = 2};
};

TEST_F(EvaluationTest, JudgesAllTestImagesByTheSavedClassifier) {
  const Evaluation evaluation = evaluated();
  ASSERT_TRUE(evaluation.test());
  EXPECT_EQ(evaluation.test()->indices, all_indices(data_.test));
  std::optional<SavedClassifier> saved = load_classifier(Checkpoint(file()), data_.class_names);
  const at::Tensor h = features_of(data_.test, all_indices(data_.test), Tap::kDense);
  const Judgement expected =
      judge(saved->network->head(h), all_indices(data_.test), data_.test.labels, 10);
  EXPECT_TRUE(at::equal(evaluation.test()->predicted, expected.predicted));
  EXPECT_NEAR(evaluation.test()->loss, expected.loss, 1e-6);
  EXPECT_TRUE(evaluation.absent().empty());
}

TEST_F(EvaluationTest, FeaturesAreThoseOfTheImagesAndTap) {
  for (const Tap tap : {Tap::kDense, Tap::kPooled}) {
    options_.tap = tap;
    const Evaluation evaluation = evaluated();
    const at::Tensor expected = features_of(data_.test, all_indices(data_.test), tap);
    EXPECT_LT(testing::distance(evaluation.points().x, expected), 1e-5);
    EXPECT_TRUE(at::equal(evaluation.points().labels,
                          labels_of(all_indices(data_.test), data_.test.labels)));
    EXPECT_EQ(evaluation.points().bank.x.size(0), 120);
    EXPECT_EQ(evaluation.points().bank.x.size(1), expected.size(1));
    EXPECT_GT(evaluation.features()->alignment, 0) << "the views are augmented";
  }
}

TEST_F(EvaluationTest, ASampleOfLabeledImagesKnowsWhereItIsFrom) {
  options_.feature_images = FeatureImages::kLabeled;
  options_.max_points = 40;
  options_.alignment_images = 15;
  const Evaluation evaluation = evaluated();
  const PointImages& images = evaluation.images();
  EXPECT_EQ(images.of, 170);
  ASSERT_EQ(images.train.size() + images.test.size(), 40u);
  const at::Tensor expected = at::cat({features_of(data_.train, images.train, Tap::kDense),
                                       features_of(data_.test, images.test, Tap::kDense)});
  EXPECT_LT(testing::distance(evaluation.points().x, expected), 1e-5);
  EXPECT_TRUE(
      at::equal(evaluation.points().labels, at::cat({labels_of(images.train, data_.train.labels),
                                                     labels_of(images.test, data_.test.labels)})));
  EXPECT_EQ(evaluation.points().queries.labels.numel(), 50) << "kNN takes all";
  const int64_t twice = evaluation.points().one.size(0);
  EXPECT_LE(twice, 15);  // every third of 40, of either file
  EXPECT_GE(twice, 13);
  EXPECT_EQ(evaluation.images_encoded(), 50 + 120 + 2 * twice);
}

TEST_F(EvaluationTest, NewWeightsHaveNoClassifierAndFollowTheSeed) {
  options_.random_init = true;
  const Evaluation evaluation = evaluated();
  EXPECT_FALSE(evaluation.test());
  options_.random_init = false;
  EXPECT_FALSE(at::allclose(evaluation.points().x, evaluated().points().x));
  options_.random_init = true;
  Evaluation other(options_, {.data = data_, .seed = 1}, Checkpoint(file()));
  other.run();
  EXPECT_FALSE(at::allclose(evaluation.points().x, other.points().x));
}

TEST_F(EvaluationTest, WithoutFeaturesTheClassifierAloneIsJudged) {
  options_.features = false;
  const Evaluation evaluation = evaluated();
  EXPECT_TRUE(evaluation.test());
  EXPECT_FALSE(evaluation.features());
  EXPECT_EQ(evaluation.images_encoded(), 50);
  options_.random_init = true;
  EXPECT_THROW(evaluated(), UsageError);
}

TEST_F(EvaluationTest, AClassThatTheProbeNeverSawLeavesNoLoss) {
  InitStream init{.seed = 4};
  const EncoderOptions encoder{.width = 8};
  Classifier network(encoder, HeadOptions{}, data_.class_count(), init);
  const at::NoGradGuard no_grad;
  network->head->bias[3] = kAbsentBias;
  save_weights(
      file(), *network,
      {.config = {{"width", 8}, {"encoder", to_json(encoder)}}, .class_names = data_.class_names});
  options_.features = false;
  const Evaluation evaluation = evaluated();
  EXPECT_EQ(evaluation.absent(), std::vector<int64_t>{3});
  EXPECT_FALSE(to_metrics(*evaluation.test(), evaluation.absent()).find("loss"));
  EXPECT_EQ(evaluation.test()->probabilities.select(1, 3).max().item<float>(), 0);
}

TEST_F(EvaluationTest, OutputsThatAreNoNumbersAreAnErrorNotAJudgement) {
  InitStream init{.seed = 4};
  const EncoderOptions encoder{.width = 8};
  Classifier network(encoder, HeadOptions{}, data_.class_count(), init);
  const at::NoGradGuard no_grad;
  network->head->bias[3] = std::numeric_limits<float>::quiet_NaN();
  save_weights(
      file(), *network,
      {.config = {{"width", 8}, {"encoder", to_json(encoder)}}, .class_names = data_.class_names});
  EXPECT_THROW(evaluated(), Diverged);
}

TEST(PointImages, AreAllUpToTheLimitThenAFixedSample) {
  EvaluationOptions options{.max_points = 10};
  const PointImages all = point_images(options, 20, 10, 0);
  EXPECT_TRUE(all.train.empty());
  EXPECT_EQ(all.test, all_indices(10));
  options.feature_images = FeatureImages::kTrain;
  const PointImages some = point_images(options, 20, 10, 0);
  EXPECT_TRUE(some.test.empty());
  EXPECT_EQ(some.train.size(), 10u);
  EXPECT_TRUE(std::is_sorted(some.train.begin(), some.train.end()));
  EXPECT_EQ(some.of, 20);
  EXPECT_EQ(some.train, point_images(options, 20, 10, 0).train);
  EXPECT_NE(some.train, point_images(options, 20, 10, 1).train);
}

}  // namespace
}  // namespace stl10
