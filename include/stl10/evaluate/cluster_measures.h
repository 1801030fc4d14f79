#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

/// How well points fall into the clusters that a labelling says, in Euclidean distance. What is
/// undefined or infinite is empty, never NaN.
namespace stl10 {

/// N points in those of the clusters that have any.
struct ClusterMeasures {
  int64_t clusters = 0;
  /// double (N), each in [−1, 1]: (b − a)/max(a, b), a the mean distance to the others of its
  /// cluster, b the smallest mean distance to another cluster's points; 0 for a cluster's only
  /// point, and where a = b = 0 (Rousseeuw 1987). Undefined with one cluster.
  at::Tensor silhouettes;
  std::optional<double> silhouette;  ///< their mean; empty with one cluster

  /// The smallest distance between points of two clusters over the largest diameter, that is,
  /// distance between points of one (Dunn 1974). Empty with one cluster, or where all diameters
  /// are 0.
  std::optional<double> dunn;

  /// Mean over clusters of the worst (sᵢ + sⱼ)/‖cᵢ − cⱼ‖, s the mean distance to the centre c
  /// (Davies and Bouldin 1979); lower is better. Empty with one cluster, or where centres coincide.
  std::optional<double> davies_bouldin;

  /// Variance between centres over that around them: (B/(K − 1))/(W/(N − K)) (Caliński and Harabasz
  /// 1974). Empty with one cluster, with one point in each, or where all points lie on their
  /// centre.
  std::optional<double> calinski_harabasz;
};

/// The measures of each labelling, from one pass over all distances: exact, without an N×N matrix.
/// @param x any floating type (N, D) on the CPU, N ≥ 1. @param labellings int64 (N) each, ≥ 0.
/// @throws Interrupted.
std::vector<ClusterMeasures> cluster_measures(const at::Tensor& x,
                                              const std::vector<at::Tensor>& labellings);

}  // namespace stl10
