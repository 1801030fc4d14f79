#include "stl10/evaluate/discrete_clusters.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "stl10/evaluate/cluster_measures.h"
#include "stl10/evaluate/k_means.h"

namespace stl10 {
namespace {

constexpr int64_t kRestarts = 3;      // of k-means, for points and clouds alike
constexpr int64_t kMoreClusters = 5;  // than asked for are tried

/// What k-means makes of points.
struct Splits {
  std::vector<double> inertias;  ///< in 1, 2, … clusters, as long as they are above 0
  at::Tensor clusters;           ///< of the number asked for
};

Splits split(const at::Tensor& x, int64_t clusters, int64_t most, uint64_t seed) {
  Splits result{.clusters = k_means(x, clusters, seed, kRestarts).clusters};
  for (int64_t k = 1; k <= most; ++k) {
    const double inertia = k_means(x, k, seed, kRestarts).inertia;
    if (inertia <= 0) break;
    result.inertias.push_back(inertia);
  }
  return result;
}

}  // namespace

DiscreteClusters discrete_clusters(const at::Tensor& x, const at::Tensor& labels, int64_t clusters,
                                   uint64_t seed, int64_t clouds) {
  const int64_t most = std::min(clusters + kMoreClusters, x.size(0) - 1);
  const Splits own = split(x, clusters, most, seed);
  DiscreteClusters result{.clusters = clusters,
                          .agreement = partition_agreement(labels, own.clusters)};
  if (own.inertias.empty()) return result;
  result.silhouettes = cluster_measures(x, {own.clusters}).front().silhouettes;
  std::vector<std::vector<double>> inertias;
  size_t common = own.inertias.size();
  for (int64_t number = 0; number < clouds; ++number) {
    const at::Tensor cloud = gaussian_like(x, seed, static_cast<uint32_t>(number));
    const Splits splits = split(cloud, clusters, static_cast<int64_t>(own.inertias.size()), seed);
    const auto silhouette = cluster_measures(cloud, {splits.clusters}).front().silhouette;
    result.cloud_silhouette += silhouette.value_or(0) / static_cast<double>(clouds);
    common = std::min(common, splits.inertias.size());
    inertias.push_back(splits.inertias);
  }
  if (common == 0) return result;
  result.gap = gap_statistic(
      {own.inertias.begin(), own.inertias.begin() + static_cast<int64_t>(common)}, inertias);
  result.gap_at = std::min(clusters, static_cast<int64_t>(common));
  result.inertia_below = 1 - std::exp(-result.gap.gap[static_cast<size_t>(result.gap_at) - 1]);
  return result;
}

}  // namespace stl10
