#include "stl10/evaluate/label_curves.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "evaluate/constructed_features.h"
#include "golden.h"
#include "stl10/base/unit_length.h"
#include "stl10/evaluate/classification.h"
#include "stl10/evaluate/label_spreading.h"
#include "stl10/evaluate/out_of_class.h"

namespace stl10 {
namespace {

using testing::constructed_points;

TEST(UnevenCounts, ByHand) {
  EXPECT_EQ(uneven_counts(70, 3, 4), (std::vector<int64_t>{40, 20, 10}));
  EXPECT_EQ(uneven_counts(30, 3, 1), (std::vector<int64_t>{10, 10, 10}));
  EXPECT_EQ(uneven_counts(9, 3, 100), (std::vector<int64_t>{8, 1, 1})) << "at least one each";
  EXPECT_EQ(uneven_counts(9, 1, 20), (std::vector<int64_t>{9}));
}

TEST(LabelCurves, FewerAndUnevenLabelsOfEachClass) {
  const LearningPoints points = constructed_points({}, 125, 3);
  const LabelCurves curves = label_curves(points, 2, 0);
  ASSERT_EQ(curves.fewer.size(), 4u);  // 5, 10, 20 a class, and all 25
  EXPECT_EQ(curves.fewer[1].counts, std::vector<int64_t>(5, 10));
  EXPECT_EQ(curves.fewer[1].labels, 50);
  EXPECT_TRUE(curves.fewer[1].probe.accuracy.deviation);
  EXPECT_EQ(curves.fewer[3].labels, 125);
  EXPECT_FALSE(curves.fewer[3].probe.accuracy.deviation) << "all labels are drawn once";
  ASSERT_EQ(curves.uneven.size(), 5u);
  for (const LabelCurvePoint& point : curves.uneven) {
    EXPECT_NEAR(static_cast<double>(point.labels), static_cast<double>(curves.uneven[0].labels), 2);
    EXPECT_LE(point.counts.front(), 25);
    EXPECT_NEAR(
        static_cast<double>(point.counts.front()) / static_cast<double>(point.counts.back()),
        point.ratio, 0.25 * point.ratio + 0.01);
  }
  const LabelCurves again = label_curves(points, 2, 0);
  EXPECT_EQ(again.fewer[0].probe.accuracy.mean, curves.fewer[0].probe.accuracy.mean);
  EXPECT_EQ(again.uneven[4].spreading.macro_f1.mean, curves.uneven[4].spreading.macro_f1.mean);
}

TEST(LabelCurves, AllLabelsSpreadAsLabelSpreadingDoes) {
  const LearningPoints points = constructed_points({.clusters = true}, 100, 1);
  const LabelCurves curves = label_curves(points, 0, 0);
  ASSERT_EQ(curves.fewer.size(), 1u);
  const at::Tensor nodes = unit_length(at::cat({points.train.x, points.test.x, points.unlabeled}));
  const at::Tensor given = at::cat({points.train.labels, at::full({200}, -1, at::kLong)});
  const Graph graph = neighbour_graph(nearest_points(nodes, kSpreadNeighbours), kSpreadNeighbours);
  const at::Tensor predicted = spread_labels(graph, given, 5, kSpreadAlpha).argmax(1);
  EXPECT_TRUE(at::equal(curves.spreading_test, predicted.slice(0, 100, 200)));
  EXPECT_TRUE(at::equal(curves.spreading_unlabeled, predicted.slice(0, 200)));
  EXPECT_EQ(curves.fewer[0].spreading.accuracy.mean,
            classification(points.test.labels, curves.spreading_test, 5).accuracy);
}

TEST(LabelCurves, AClassWithoutLabelsHasNoUnevenOnes) {
  LearningPoints points = constructed_points({}, 50, 1);
  points.train.labels.clamp_max_(3);
  const LabelCurves curves = label_curves(points, 1, 0);
  EXPECT_EQ(curves.fewer.size(), 1u);
  EXPECT_TRUE(curves.uneven.empty());
  EXPECT_FALSE(curves.probe_test.eq(4).any().item<bool>());
}

TEST(OutOfClass, EqualsANaiveLoop) {
  const LearningPoints points = constructed_points({}, 60, 2);
  const OutOfClass found = out_of_class(points.train, points.test, points.unlabeled);
  EXPECT_EQ(found.k, 5);
  const auto fifth = [&](const at::Tensor& x, int64_t label) {
    const at::Tensor own = unit_length(points.train.x.index({points.train.labels.eq(label)}));
    const at::Tensor cosine = at::mv(own, unit_length(x.unsqueeze(0)).squeeze(0));
    return std::get<0>(cosine.sort(0, /*descending=*/true))[4].item<float>();
  };
  std::vector<float> own;
  for (int64_t i = 0; i < 60; ++i) {
    own.push_back(fifth(points.test.x[i], points.test.labels[i].item<int64_t>()));
  }
  EXPECT_NEAR(found.threshold, at::quantile(at::tensor(own), 0.05).item<double>(), 1e-5);
  double beyond = 0;
  for (int64_t i = 0; i < 60; ++i) {
    float nearest = -1;
    for (int64_t label = 0; label < 5; ++label) {
      nearest = std::max(nearest, fifth(points.unlabeled[i], label));
    }
    EXPECT_NEAR(found.similarity[i].item<float>(), nearest, 1e-5);
    if (nearest < found.threshold) beyond += 1.0 / 60;
  }
  EXPECT_NEAR(found.share, beyond, 1e-6);
  EXPECT_LE(found.held_out_share, 0.05);
  double excess = 0;
  for (int64_t i = 0; i < 60; ++i) {
    const auto share = [&](const at::Tensor& values) {
      return values.le(found.similarity[i]).to(at::kDouble).mean().item<double>();
    };
    excess = std::max(excess, share(found.similarity) - share(found.held_out_similarity));
  }
  EXPECT_NEAR(found.excess, excess, 1e-12);
}

TEST(OutOfClass, ExcessIsThePartFromElsewhere) {
  LearningPoints points = constructed_points({}, 400, 2);
  // Three tenths lie between two corners each, or opposite one: 4 noise away from every class.
  points.unlabeled.slice(0, 0, 120).mul_(-1);
  const OutOfClass found = out_of_class(points.train, points.test, points.unlabeled);
  EXPECT_GT(found.excess, 0.2);
  EXPECT_LT(found.excess, 0.35);
  EXPECT_LT(out_of_class(points.train, points.test, points.unlabeled.slice(0, 120)).excess, 0.12);
}

TEST(OutOfClass, SmallAndMissingClasses) {
  LearningPoints points = constructed_points({}, 60, 2);
  points.train.labels.clamp_max_(3);
  points.train.labels[0] = 6;  // alone
  const OutOfClass found = out_of_class(points.train, points.test, points.unlabeled);
  EXPECT_EQ(found.k, 1);
  EXPECT_TRUE(found.similarity.isfinite().all().item<bool>());
}

}  // namespace
}  // namespace stl10
