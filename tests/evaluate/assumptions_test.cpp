#include "stl10/evaluate/assumptions.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <iomanip>
#include <iostream>
#include <string>

#include "evaluate/constructed_features.h"
#include "stl10/base/unit_length.h"
#include "stl10/evaluate/classification.h"
#include "stl10/evaluate/label_spreading.h"

namespace stl10 {
namespace {

using testing::Broken;
using testing::constructed_points;

constexpr int64_t kSetImages = 250;
#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kSeeds = 1;  // all that the sanitizers want to see
#else
constexpr uint64_t kSeeds = 10;
#endif

std::string violated(const Assumptions& found) {
  std::string names;
  for (const Verdict& verdict : found.verdicts) {
    if (verdict.standing == Standing::kViolated) names += verdict.assumption + " ";
  }
  return names;
}

/// Macro F1 on the test images of label spreading from the first five labels of each class.
double spreading_f1(const LearningPoints& points) {
  const at::Tensor nodes = unit_length(at::cat({points.train.x, points.test.x}));
  const int64_t train = points.train.labels.numel();
  at::Tensor given = at::full({nodes.size(0)}, -1, at::kLong);
  for (int64_t label = 0; label < points.classes; ++label) {
    const at::Tensor places = points.train.labels.eq(label).nonzero().flatten().slice(0, 0, 5);
    given.index_fill_(0, places, label);
  }
  const Graph graph = neighbour_graph(nearest_points(nodes, 10), 10);
  const at::Tensor spread = spread_labels(graph, given, points.classes, 0.9);
  return *classification(points.test.labels, spread.slice(0, train).argmax(1), points.classes)
              .f1.value;
}

/// Expects the verdicts of each seed. @return label spreading's macro F1, mean over seeds.
double expect_violated(const std::string& expected, const Broken& broken) {
  double f1 = 0;
  std::vector<double> numbers(4);
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const LearningPoints points = constructed_points(broken, kSetImages, seed);
    const Assumptions found =
        check_assumptions(points.test, points, {.draws = 0, .clouds = 3}, seed);
    EXPECT_EQ(violated(found), expected) << "seed " << seed;
    f1 += spreading_f1(points) / kSeeds;
    for (size_t i = 0; i < 4; ++i) numbers[i] += *found.verdicts[i].effect.value / kSeeds;
  }
  std::cout << std::left << std::setw(22) << (expected.empty() ? "nothing" : expected)
            << std::setprecision(3);
  for (const double number : numbers) std::cout << std::setw(12) << number;
  std::cout << f1 << std::endl;
  return f1;
}

TEST(Assumptions, VerdictsNameWhatIsBrokenAndLabelSpreadingFallsWithIt) {
  std::cout << "violated              continuity  clusters    balance     in_class    macro F1 of "
               "spreading 5 labels a class\n";
  const double whole = expect_violated("", {});
  const double neighbours = expect_violated("continuity ", {.continuity = true});
  const double clusters = expect_violated("clusters ", {.clusters = true});
  const double balance = expect_violated("balance ", {.balance = true});
  const double noise =
      expect_violated("continuity clusters ", {.continuity = true, .clusters = true});
  EXPECT_GT(whole, 0.95);
  EXPECT_LT(balance, whole - (kSeeds == 1 ? 0 : 0.02)) << "rare classes are drowned";
  EXPECT_LT(clusters, whole - 0.1) << "boundaries cross dense regions";
  EXPECT_GT(clusters, 0.5) << "but labels are still smooth";
  EXPECT_LT(neighbours, 0.3) << "chance is 0.2";
  EXPECT_LT(noise, 0.3) << "chance is 0.2";
}

TEST(Assumptions, UnlabeledImagesOfNoClassAreSeen) {
  LearningPoints points = constructed_points({}, kSetImages, 0);
  points.unlabeled =
      at::cat({points.unlabeled.slice(0, 0, 100), -1.5 * points.unlabeled.slice(0, 0, 100)});
  const Assumptions found = check_assumptions(points.test, points, {.draws = 0, .clouds = 2}, 0);
  EXPECT_EQ(violated(found), "in_class ");
  EXPECT_GT(*found.verdicts.back().effect.value, 0.3) << "most of the half that is turned away";
}

TEST(Assumptions, WithoutUnlabeledImagesTheirFiguresAreEmpty) {
  LearningPoints points = constructed_points({}, 60, 0);
  points.unlabeled = points.unlabeled.slice(0, 0, 0);
  const Assumptions found = check_assumptions(points.test, points, {.draws = 1, .clouds = 1}, 0);
  EXPECT_FALSE(found.probe_shares || found.spreading_shares || found.out_of_class);
  EXPECT_EQ(found.verdicts.size(), 3u);
  EXPECT_EQ(found.curves.probe_unlabeled.numel(), 0);
  EXPECT_EQ(found.curves.probe_test.numel(), 60);
}

TEST(Assumptions, ClustersAreLookedForInASample) {
  const LearningPoints points = constructed_points({}, 60, 0);
  const AssumptionOptions options{.draws = 0, .cluster_points = 40, .clouds = 1};
  const Assumptions found = check_assumptions(points.test, points, options, 0);
  EXPECT_EQ(found.cluster_points, 40);
  EXPECT_EQ(found.clusters.silhouettes.numel(), 40);
  EXPECT_EQ(found.continuity.surplus.numel(), 60);
}

TEST(Assumptions, EqualPointsAreNoClustersAndNoNumber) {
  LearningPoints points = constructed_points({}, 60, 0);
  points.train.x = at::ones_like(points.train.x);
  points.test.x = at::ones_like(points.test.x);
  points.unlabeled = at::ones_like(points.unlabeled);
  const Assumptions found = check_assumptions(points.test, points, {.draws = 0, .clouds = 1}, 0);
  EXPECT_EQ(found.verdicts[1].standing, Standing::kUnknown);
  EXPECT_FALSE(found.verdicts[1].effect.value);
  EXPECT_TRUE(found.clusters.gap.gap.empty());
  EXPECT_EQ(found.out_of_class->share, 0);
}

}  // namespace
}  // namespace stl10
