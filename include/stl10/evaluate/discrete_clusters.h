#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "stl10/evaluate/gap_statistic.h"
#include "stl10/evaluate/partition_agreement.h"

namespace stl10 {

/// Whether points form discrete clusters, by their geometry alone: what k-means makes of them, and
/// of Gaussian clouds with their mean and covariance, which have none.
struct DiscreteClusters {
  int64_t clusters = 0;         ///< asked of k-means
  double cloud_silhouette = 0;  ///< mean over the clouds; 0 where it is undefined
  at::Tensor silhouettes;       ///< double (N) of the points; undefined where all of them are equal
  GapStatistic gap;    ///< empty where all points are equal, or those of a cloud by rounding
  int64_t gap_at = 0;  ///< clusters ≤ `clusters` whose gap stands for the share below
  /// 1 − exp(−gap): by how much of itself inertia is below that of clouds.
  std::optional<double> inertia_below;
  PartitionAgreement agreement;  ///< of labels and clusters: whether these are the classes
};

/// @param x any floating type (N, D) on the CPU, N ≥ 2; memory grows with N². @param labels int64
/// (N). @param clusters ≥ 1. @param clouds ≥ 1. @throws Interrupted.
DiscreteClusters discrete_clusters(const at::Tensor& x, const at::Tensor& labels, int64_t clusters,
                                   uint64_t seed, int64_t clouds = 10);

}  // namespace stl10
