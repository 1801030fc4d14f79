#include "stl10/evaluate/classifier_measures.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(ClassifierMeasures, HoldsEveryFigureOfThePredictions) {
  constexpr int64_t kImages = 30, kClasses = 6;
  // Image i is of class i mod 6; of every five one is taken for the next class, with i/100 of
  // doubt.
  Predictions predictions{.labels = at::arange(kImages).remainder(kClasses)};
  predictions.predicted = predictions.labels.clone();
  predictions.probabilities = at::full({kImages, kClasses}, 0.01f);
  for (int64_t i = 0; i < kImages; ++i) {
    predictions.indices.push_back(100 + i);
    if (i % 5 == 0) predictions.predicted[i] = (i + 1) % kClasses;
    const auto likely = predictions.predicted[i].item<int64_t>();
    predictions.probabilities[i][likely] = 0.95 - 0.01 * static_cast<double>(i);
  }
  const ClassifierMeasures found = measure_classifier(predictions);
  EXPECT_NEAR(found.scores.accuracy, 0.8, 1e-12);
  EXPECT_EQ(found.scores.count, kImages);
  ASSERT_TRUE(found.top5);
  EXPECT_GE(*found.top5, found.scores.accuracy);
  ASSERT_EQ(found.mistakes.size(), 6u);
  EXPECT_EQ(found.mistakes.front().index, 100) << "the surest comes first";
  EXPECT_EQ(found.mistakes.back().index, 125);
  EXPECT_GT(found.calibration.ece, 0);
}

TEST(ClassifierMeasures, OfFewClassesThereIsNoTop5) {
  const Predictions two{.indices = {0},
                        .labels = at::zeros({1}, at::kLong),
                        .probabilities = at::tensor({0.75f, 0.25f}).unsqueeze(0),
                        .predicted = at::zeros({1}, at::kLong)};
  EXPECT_FALSE(measure_classifier(two).top5);
  EXPECT_TRUE(measure_classifier(two).mistakes.empty());
}

}  // namespace
}  // namespace stl10
