#include "stl10/evaluate/cluster_measures.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "golden.h"

namespace stl10 {
namespace {

using testing::golden;
using testing::tensor_of;

at::Tensor integers(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); }

ClusterMeasures measures_of(const at::Tensor& x, const std::vector<int64_t>& labels) {
  return cluster_measures(x, {integers(labels)}).front();
}

/// Points on a line.
at::Tensor line(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble).unsqueeze(1);
}

TEST(ClusterMeasures, EqualScikitLearnAndANaiveDunn) {
  for (const Json& item : golden("clusters.json")) {
    SCOPED_TRACE(item["name"].get<std::string>());
    const at::Tensor x = tensor_of(item["x"]).reshape({-1, item["features"].get<int64_t>()});
    const auto all = cluster_measures(
        x, {tensor_of(item["labels"]).to(at::kLong), tensor_of(item["clusters"]).to(at::kLong)});
    for (const auto& [name, found] : {std::pair{"of_labels", all[0]}, {"of_clusters", all[1]}}) {
      const Json& expected = item[name];
      EXPECT_NEAR(found.silhouette.value(), expected["silhouette"].get<double>(), 1e-9);
      EXPECT_LT(testing::distance(found.silhouettes, tensor_of(expected["silhouettes"])), 1e-8);
      EXPECT_NEAR(found.dunn.value(), expected["dunn"].get<double>(), 1e-9);
      EXPECT_NEAR(found.davies_bouldin.value(), expected["davies_bouldin"].get<double>(), 1e-9);
      EXPECT_NEAR(found.calinski_harabasz.value() / expected["calinski_harabasz"].get<double>(), 1,
                  1e-9);
    }
  }
}

TEST(ClusterMeasures, ByHandOnALine) {
  const ClusterMeasures found = measures_of(line({0, 1, 10, 12}), {3, 3, 8, 8});
  EXPECT_EQ(found.clusters, 2);
  EXPECT_NEAR(found.silhouettes[0].item<double>(), (11.0 - 1) / 11, 1e-12);
  EXPECT_NEAR(found.silhouettes[3].item<double>(), (11.5 - 2) / 11.5, 1e-12);
  EXPECT_NEAR(*found.dunn, 9.0 / 2, 1e-12);
  EXPECT_NEAR(*found.davies_bouldin, (0.5 + 1) / 10.5, 1e-12);
  EXPECT_NEAR(*found.calinski_harabasz, 10.5 * 10.5 / 2.5 * 2, 1e-9);  // B = 2·2·5.25²
}

TEST(ClusterMeasures, OfOneClusterAreUndefined) {
  const ClusterMeasures found = measures_of(line({0, 1, 5}), {4, 4, 4});
  EXPECT_EQ(found.clusters, 1);
  EXPECT_FALSE(found.silhouette);
  EXPECT_FALSE(found.dunn);
  EXPECT_FALSE(found.davies_bouldin);
  EXPECT_FALSE(found.calinski_harabasz);
  EXPECT_FALSE(measures_of(line({3}), {0}).silhouette) << "one image";
}

TEST(ClusterMeasures, AClustersOnlyPointHasSilhouetteZero) {
  const ClusterMeasures found = measures_of(line({0, 1, 5}), {0, 0, 1});
  EXPECT_EQ(found.silhouettes[2].item<double>(), 0);
  EXPECT_NEAR(*found.silhouette, (4.0 / 5 + 3.0 / 4) / 3, 1e-12);
  EXPECT_NEAR(*found.dunn, 4, 1e-12);
  EXPECT_NEAR(*found.davies_bouldin, 0.5 / 4.5, 1e-12);
}

TEST(ClusterMeasures, OfTwoImagesApart) {
  const ClusterMeasures found = measures_of(line({0, 2}), {0, 1});
  EXPECT_EQ(*found.silhouette, 0);
  EXPECT_FALSE(found.dunn) << "no cluster has a diameter";
  EXPECT_EQ(*found.davies_bouldin, 0);
  EXPECT_FALSE(found.calinski_harabasz) << "a point in each";
}

TEST(ClusterMeasures, OfIdenticalPointsAreZeroOrUndefined) {
  const ClusterMeasures found = measures_of(at::full({6, 3}, 0.1), {0, 0, 0, 1, 1, 2});
  EXPECT_EQ(*found.silhouette, 0);
  EXPECT_FALSE(found.dunn);
  EXPECT_FALSE(found.davies_bouldin) << "centres coincide";
  EXPECT_FALSE(found.calinski_harabasz);
}

TEST(ClusterMeasures, CoincidentCentresLeaveDaviesBouldinUndefined) {
  const ClusterMeasures found = measures_of(line({-1, 1, -0.3, 0.1, 0.2, 9}), {0, 0, 1, 1, 1, 2});
  EXPECT_FALSE(found.davies_bouldin);
  EXPECT_NEAR(*found.dunn, 0.7 / 2, 1e-12);
  EXPECT_TRUE(found.calinski_harabasz);
}

TEST(ClusterMeasures, PointsOnTheirCentresLeaveOnlyRatiosByZeroUndefined) {
  const ClusterMeasures found = measures_of(line({1, 1, 4, 4}), {0, 0, 1, 1});
  EXPECT_EQ(*found.silhouette, 1);
  EXPECT_FALSE(found.dunn);
  EXPECT_EQ(*found.davies_bouldin, 0);
  EXPECT_FALSE(found.calinski_harabasz);
}

TEST(ClusterMeasures, DontDependOnWhereOrHowLargeThePointsAre) {
  const at::Tensor x = testing::wave(300 * 4, 0.7, 0.3).reshape({300, 4});
  const at::Tensor labels = at::arange(300, at::kLong).remainder(3);
  const ClusterMeasures found = cluster_measures(x, {labels}).front();
  const ClusterMeasures moved = cluster_measures(1e-3 * x + 5, {labels}).front();
  EXPECT_NEAR(*found.silhouette, *moved.silhouette, 1e-9);
  EXPECT_NEAR(*found.dunn, *moved.dunn, 1e-9);
  EXPECT_NEAR(*found.davies_bouldin, *moved.davies_bouldin, 1e-6);
  EXPECT_NEAR(*found.calinski_harabasz, *moved.calinski_harabasz, 1e-6);
}

}  // namespace
}  // namespace stl10
