#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "stl10/augment/augmenter.h"
#include "stl10/data/dataset.h"
#include "stl10/data/toy.h"
#include "stl10/evaluate/logistic_regression.h"
#include "stl10/nn/conv4.h"
#include "temporary_folder.h"

/// The toy data is worth training on only if features must be learned: a logistic regression on
/// pixels or on a random encoder's features stays far below a trained network, which
/// SupervisedE2e.TheSmokeConfigLearnsTheToyDataItMakes shows above 90 %.
namespace stl10 {
namespace {

class ToyDifficulty : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new testing::TemporaryFolder;
    write_toy(*folder_ / "toy", {});
    data_ = new Dataset(open_dataset(*folder_ / "toy"));
  }
  static void TearDownTestSuite() {
    delete data_;
    delete folder_;
  }

  static at::Tensor images_of(const ImageSet& set) {
    std::vector<int64_t> indices(static_cast<size_t>(set.count()));
    std::iota(indices.begin(), indices.end(), 0);
    return Augmenter(augment_preset("none"), 0)
        .views(set.images(), indices, {}, at::kCPU, at::kFloat);
  }

  /// The best test accuracy over L2 penalties, chosen on the test images: an upper bound.
  template <class Features>
  static double best_accuracy(const Features& features_of) {
    const at::Tensor train = features_of(images_of(data_->train));
    const at::Tensor test = features_of(images_of(data_->test));
    const at::Tensor train_labels = at::tensor(data_->train.labels, at::kLong);
    const at::Tensor test_labels = at::tensor(data_->test.labels, at::kLong);
    double best = 0;
    for (const double l2 : {1e-4, 1e-2, 1.0, 100.0}) {
      const LogisticRegression model =
          fit_logistic_regression(train, train_labels, data_->class_count(), l2);
      best = std::max(best, model.accuracy(test, test_labels));
    }
    return best;
  }

  static inline testing::TemporaryFolder* folder_ = nullptr;
  static inline Dataset* data_ = nullptr;
};

TEST_F(ToyDifficulty, PixelsAloneStayBelow45Percent) {
  const double accuracy =
      best_accuracy([](const at::Tensor& x) { return at::avg_pool2d(x, 3).flatten(1); });
  EXPECT_LT(accuracy, 0.45);
  EXPECT_GT(accuracy, 0.10);
}

TEST_F(ToyDifficulty, RandomFeaturesStayBelow70Percent) {
  const at::NoGradGuard no_grad;
  InitStream init{.seed = 1};
  Conv4 encoder(EncoderOptions{}, init);
  const double accuracy = best_accuracy([&](const at::Tensor& x) {
    std::vector<at::Tensor> features;
    for (const at::Tensor& part : x.split(100)) features.push_back(encoder(part));
    return at::cat(features);
  });
  EXPECT_LT(accuracy, 0.70);
  EXPECT_GT(accuracy, 0.10);
}

}  // namespace
}  // namespace stl10
