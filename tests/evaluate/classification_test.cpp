#include "stl10/evaluate/classification.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"

namespace stl10 {
namespace {

using testing::golden;
using testing::tensor_of;

at::Tensor integers(const Json& values) { return tensor_of(values).to(at::kLong); }

void expect_optional(const std::optional<double>& found, const Json& expected) {
  ASSERT_EQ(found.has_value(), !expected.is_null());
  if (found) {
    EXPECT_NEAR(*found, expected.get<double>(), 1e-12);
  }
}

TEST(Classification, EqualsScikitLearn) {
  for (const Json& item : golden("classification.json")) {
    const int64_t classes = item["classes"];
    const Classification found =
        classification(integers(item["labels"]), integers(item["predicted"]), classes);
    SCOPED_TRACE(item["name"].get<std::string>());
    EXPECT_NEAR(found.accuracy, item["accuracy"].get<double>(), 1e-12);
    for (size_t k = 0; k < static_cast<size_t>(classes); ++k) {
      expect_optional(found.classes[k].precision, item["precision"][k]);
      expect_optional(found.classes[k].recall, item["recall"][k]);
      expect_optional(found.classes[k].f1, item["f1"][k]);
      expect_optional(found.classes[k].iou, item["iou"][k]);
    }
    expect_optional(found.precision.value, item["macro_precision"]);
    expect_optional(found.recall.value, item["macro_recall"]);
    expect_optional(found.f1.value, item["macro_f1"]);
    expect_optional(found.iou.value, item["mean_iou"]);
    expect_optional(found.kappa, item["kappa"]);
    EXPECT_TRUE(at::equal(found.confusion.flatten(), integers(item["confusion"])));
  }
}

TEST(Classification, ByHand) {
  const Classification found =
      classification(at::tensor({0, 0, 1, 2}, at::kLong), at::tensor({0, 1, 1, 1}, at::kLong), 4);
  EXPECT_EQ(found.accuracy, 0.5);
  EXPECT_EQ(found.classes[0].precision, 1);
  EXPECT_EQ(found.classes[0].recall, 0.5);
  EXPECT_EQ(found.classes[1].precision, 1.0 / 3);
  EXPECT_EQ(found.classes[1].f1, 0.5);
  EXPECT_EQ(found.classes[1].iou, 1.0 / 3);
  EXPECT_FALSE(found.classes[2].precision) << "it is never predicted";
  EXPECT_EQ(found.classes[2].f1, 0) << "images, but no hit";
  EXPECT_EQ(found.classes[2].iou, 0);
  EXPECT_FALSE(found.classes[3].f1) << "neither labels nor predictions";
  EXPECT_EQ(found.precision.classes, 2);
  EXPECT_EQ(found.recall.classes, 3);
  EXPECT_EQ(found.f1.classes, 3);
}

TEST(Classification, KappaOfOneClassIsUndefined) {
  const at::Tensor one = at::ones({5}, at::kLong);
  EXPECT_FALSE(classification(one, one, 3).kappa);
  EXPECT_EQ(classification(one, one, 3).f1.value, 1);
}

TEST(WilsonInterval, SolvesItsEquation) {
  for (const auto& [hits, n] : {std::pair{3, 10}, {58, 100}, {1, 7}}) {
    const ConfidenceInterval interval = wilson_interval(hits, n);
    const double p = static_cast<double>(hits) / n;
    for (const double end : {interval.low, interval.high}) {  // |p − end| = z·√(end(1 − end)/n)
      EXPECT_NEAR(std::abs(p - end), 1.959963984540054 * std::sqrt(end * (1 - end) / n), 1e-12);
    }
  }
  EXPECT_EQ(wilson_interval(0, 5).low, 0);
  EXPECT_EQ(wilson_interval(5, 5).high, 1);
  EXPECT_GT(wilson_interval(0, 5).high, 0.3);
}

TEST(TopK, TiesGoToTheSmallerClass) {
  const at::Tensor p = at::full({7, 7}, 1.0 / 7);
  EXPECT_NEAR(*top_k_accuracy(p, at::arange(7, at::kLong)), 5.0 / 7, 1e-12);
  EXPECT_NEAR(*top_k_accuracy(p, at::arange(7, at::kLong), 1), 1.0 / 7, 1e-12);
  EXPECT_FALSE(top_k_accuracy(at::full({2, 5}, 0.2), at::tensor({0, 1}, at::kLong)));
  const at::Tensor falling = at::tensor({0.3, 0.25, 0.2, 0.1, 0.1, 0.05}).unsqueeze(0);
  EXPECT_EQ(*top_k_accuracy(falling, at::tensor({4}, at::kLong)), 1);
  EXPECT_EQ(*top_k_accuracy(falling, at::tensor({5}, at::kLong)), 0);
}

TEST(Classification, TheMostConfusedPairsComeFirst) {
  const at::Tensor labels = at::tensor({0, 0, 1, 1, 1, 2}, at::kLong);
  const at::Tensor predicted = at::tensor({1, 0, 2, 2, 0, 2}, at::kLong);
  const Classification scores = classification(labels, predicted, 3);
  const std::vector<Confusion> all = most_confused(scores, 10);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].label, 1u);
  EXPECT_EQ(all[0].predicted, 2u);
  EXPECT_EQ(all[0].images, 2);
  EXPECT_EQ(all[1].label, 0u);  // of equally frequent ones the first label
  EXPECT_EQ(most_confused(scores, 1).size(), 1u);
}

}  // namespace
}  // namespace stl10
