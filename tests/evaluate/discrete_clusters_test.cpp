#include "stl10/evaluate/discrete_clusters.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "evaluate/constructed_features.h"

namespace stl10 {
namespace {

TEST(DiscreteClusters, CloudsHaveNone) {
  const LabeledFeatures apart = testing::constructed({}, 200, 1, 0),
                        cloud = testing::constructed({.clusters = true}, 200, 1, 0);
  const DiscreteClusters five = discrete_clusters(apart.x, apart.labels, 5, 0, 3);
  const DiscreteClusters none = discrete_clusters(cloud.x, cloud.labels, 5, 0, 3);
  EXPECT_GT(five.inertia_below.value(), 0.2);
  EXPECT_LT(std::abs(none.inertia_below.value()), 0.1);
  EXPECT_GT(five.silhouettes.mean().item<double>(), five.cloud_silhouette + 0.1);
  EXPECT_GT(five.agreement.ari, 0.8);
}

TEST(DiscreteClusters, TwoPointsAndFewerPlacesThanClusters) {
  const at::Tensor labels = at::tensor({0, 1}, at::kLong);
  const DiscreteClusters two =
      discrete_clusters(at::tensor({1.0, 2.0}).unsqueeze(1), labels, 2, 0, 2);
  EXPECT_EQ(two.gap.gap.size(), 1u);
  const at::Tensor places = at::arange(30, at::kFloat).remainder(3).unsqueeze(1);
  const DiscreteClusters three = discrete_clusters(places, places.flatten().to(at::kLong), 5, 0, 2);
  EXPECT_EQ(three.gap.gap.size(), 2u) << "three clusters leave nothing to explain";
  EXPECT_EQ(three.gap_at, 2);
  EXPECT_NEAR(three.silhouettes.mean().item<double>(), 1, 1e-6);
  EXPECT_NEAR(three.agreement.purity, 1, 1e-12);
}

}  // namespace
}  // namespace stl10
