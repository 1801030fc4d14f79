#include "stl10/evaluate/k_means.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "golden.h"
#include "stl10/evaluate/partition_agreement.h"

namespace stl10 {
namespace {

using testing::golden;
using testing::tensor_of;
using testing::wave;

TEST(KMeans, FindsScikitLearnsClusters) {
  for (const Json& item : golden("clusters.json")) {
    SCOPED_TRACE(item["name"].get<std::string>());
    const at::Tensor x = tensor_of(item["x"]).reshape({-1, item["features"].get<int64_t>()});
    const Json& expected = item["k_means"];
    const KMeans found = k_means(x, expected["k"], 0, 300);
    EXPECT_NEAR(found.inertia / expected["inertia"].get<double>(), 1, 1e-9);
    const at::Tensor clusters = tensor_of(expected["clusters"]).to(at::kLong);
    EXPECT_EQ(partition_agreement(clusters, found.clusters).ari, 1);
  }
}

TEST(KMeans, CentresAreMeansAndTheNearest) {
  const at::Tensor x = wave(200 * 3, 0.7, 0.3).reshape({200, 3}) + 4;
  const KMeans found = k_means(x, 5, 1);
  ASSERT_EQ(found.centres.size(0), 5);
  double inertia = 0;
  at::Tensor sums = at::zeros({5, 3}, at::kDouble), counts = at::zeros({5, 1}, at::kDouble);
  for (int64_t i = 0; i < 200; ++i) {
    const int64_t own = found.clusters[i].item<int64_t>();
    const at::Tensor squares = (found.centres - x[i]).square().sum(1);
    EXPECT_EQ(squares.argmin().item<int64_t>(), own);
    inertia += squares[own].item<double>();
    sums[own] += x[i];
    counts[own] += 1;
  }
  EXPECT_NEAR(found.inertia, inertia, 1e-9);
  EXPECT_LT(testing::distance(found.centres, sums / counts), 1e-9);
}

TEST(KMeans, MoreRestartsAreNeverWorseAndASeedRepeats) {
  const at::Tensor x = wave(300 * 4, 0.7, 0.3).reshape({300, 4});
  const KMeans one = k_means(x, 8, 3, 1), many = k_means(x, 8, 3, 20);
  EXPECT_LT(many.inertia, one.inertia);
  EXPECT_TRUE(at::equal(many.clusters, k_means(x, 8, 3, 20).clusters));
  EXPECT_FALSE(at::equal(one.clusters, k_means(x, 8, 4, 1).clusters));
}

TEST(KMeans, OfFewerDistinctPointsThanClustersHasFewerCentres) {
  const at::Tensor same = at::full({6, 2}, 0.1);
  const KMeans one = k_means(same, 3, 0);
  EXPECT_EQ(one.centres.size(0), 1);
  EXPECT_EQ(one.inertia, 0);
  EXPECT_TRUE(at::equal(one.clusters, at::zeros({6}, at::kLong)));
  const KMeans two = k_means(at::cat({same, same + 1}), 5, 0);
  EXPECT_EQ(two.centres.size(0), 2);
  EXPECT_NEAR(two.inertia, 0, 1e-20);
  EXPECT_EQ(k_means(at::ones({1, 2}), 4, 0).centres.size(0), 1) << "one image";
}

TEST(KMeans, EveryClusterHasPoints) {
  const at::Tensor x = wave(60 * 2, 0.7, 0.3).reshape({60, 2});
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const KMeans found = k_means(x, 24, seed, 1);
    EXPECT_EQ(at::bincount(found.clusters, {}, 24).gt(0).sum().item<int64_t>(), 24) << seed;
  }
}

}  // namespace
}  // namespace stl10
