#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <vector>

#include "data/tiny_data.h"
#include "stl10/base/error.h"
#include "stl10/evaluate/logistic_regression.h"
#include "stl10/evaluate/whitening.h"
#include "stl10/tasks/floors.h"
#include "stl10/tasks/linear_probe.h"
#include "tasks/pretrained_fixture.h"

namespace stl10 {
namespace {

using testing::expect_says;

class ProbeViewsTest : public testing::PretrainedFixture {
 protected:
  LinearProbe probed() const {
    LinearProbe probe(options_, {.data = data_}, pretrained(Tap::kFlat));
    probe.run();
    return probe;
  }

  LinearProbeOptions options_;
};

/// The model takes features as they are, whatever it was fitted to.
TEST_F(ProbeViewsTest, PrincipalComponentsAreFoldedIntoTheModel) {
  options_.fit.whiten = 6;
  LinearProbe probe = probed();
  expect_says(probe.description(), {"6 principal components"});
  const at::NoGradGuard no_grad;
  PlainImages train = plain_images(data_.train, kSide, at::kCPU),
              test = plain_images(data_.test, kSide, at::kCPU);
  const auto features = [&](PlainImages& images, const std::vector<int64_t>& indices) {
    return encoder_features(pretrained().load(), Tap::kFlat, {images, indices}, {});
  };
  const std::vector<int64_t> all = probe.labels()[0].images, judged = all_indices(data_.test);
  const at::Tensor x = features(train, all);
  const Whitening whitened = fit_whitening(x, 6);
  const LogisticRegression fitted = fit_logistic_regression(
      whitened(x), labels_of(all, data_.train.labels), 10, *probe.results()[0].model.l2);
  const at::Tensor p = at::softmax(fitted.logits(whitened(features(test, judged))), 1);
  EXPECT_LT((p - probe.results()[0].test.probabilities).abs().max().item<double>(), 1e-3);
  const at::Tensor saved =
      at::softmax(probe.network()(test.views(judged, at::kFloat), at::kFloat), 1);
  EXPECT_LT((saved - probe.results()[0].test.probabilities).abs().max().item<double>(), 1e-3);
  options_.fit.whiten = 1000;
  EXPECT_THROW(probed(), ConfigError);
}

/// Averaging views is the probe's merit, not the encoder's.
TEST_F(ProbeViewsTest, ARandomEncodersFloorTakesTheSameViews) {
  const TaskInput input{.data = data_};
  FloorRequest request{
      .encoder = pretrained(),
      .labels = probe_labels(data_, options_.split, Protocol::kNone, 0, "--no-floors"),
      .views = 3};
  const Floor floor = measure_floors(request, input).back();
  PlainImages train = plain_images(data_.train, kSide, at::kCPU),
              test = plain_images(data_.test, kSide, at::kCPU);
  const std::vector<int64_t> all = all_indices(data_.train), judged = all_indices(data_.test);
  Encoder random = random_encoder(request.encoder.options, Tap::kFlat, 0, {train, all}, {});
  const auto mean = [&](PlainImages& images, const std::vector<int64_t>& indices) {
    std::vector<at::Tensor> views;
    for (int64_t view = 0; view < 3; ++view) {
      views.push_back(encoder_features(random, Tap::kFlat, {images, indices, view}, {}));
    }
    return at::stack(views).mean(0);
  };
  const ProbeFeatures features{.images = all,
                               .views = mean(train, all).unsqueeze(0),
                               .labels = labels_of(all, data_.train.labels),
                               .test = mean(test, judged),
                               .test_labels = labels_of(judged, data_.test.labels)};
  const ProbeResult expected =
      probe_features({}, features, request.labels, input, /*choose_on_test=*/false).front();
  EXPECT_EQ(floor.accuracies.front(), expected.test.accuracy);
  const Json key = floors_key(request, input);
  request.views = 1;
  EXPECT_NE(floors_key(request, input), key);
}

TEST_F(ProbeViewsTest, MeanFeaturesOfViewsTrainAndJudge) {
  options_.views = 4;
  options_.fit.l2 = 0.1;
  const LinearProbe probe = probed();
  expect_says(probe.description(), {"the mean of 4 views"});
  EXPECT_EQ(probe.images_encoded(), 4 * (data_.train.count() + data_.test.count()));
  const auto mean = [&](const ImageSet& set, const std::vector<int64_t>& indices) {
    PlainImages images = plain_images(set, kSide, at::kCPU);
    std::vector<at::Tensor> views;
    for (int64_t view = 0; view < 4; ++view) {
      views.push_back(
          encoder_features(pretrained().load(), Tap::kFlat, {images, indices, view}, {}));
    }
    return at::stack(views).mean(0);
  };
  const std::vector<int64_t> all = all_indices(data_.train), judged = all_indices(data_.test);
  const LogisticRegression fitted =
      fit_logistic_regression(mean(data_.train, all), labels_of(all, data_.train.labels), 10, 0.1);
  const at::Tensor p = at::softmax(fitted.logits(mean(data_.test, judged)), 1);
  EXPECT_LT((p - probe.results()[0].test.probabilities).abs().max().item<double>(), 1e-3);
  options_.feature_views = 2;
  EXPECT_THROW(probed(), UsageError);
}

}  // namespace
}  // namespace stl10
