#pragma once

#include <ATen/core/Tensor.h>

namespace stl10 {

/// How far clusters say the same as labels; the names of the clusters don't matter.
struct PartitionAgreement {
  /// Share of images whose label is the most frequent one of their cluster: 1 where each cluster
  /// holds one class, and near it with very many clusters (Manning et al. 2008, section 16.3).
  double purity = 0;

  /// 2·I(labels; clusters)/(H(labels) + H(clusters)), in [0, 1] (Strehl and Ghosh 2002, with the
  /// arithmetic mean). 1 where neither has entropy (both are one cluster), 0 where just one has.
  double nmi = 0;

  /// Share of pairs that both join or both part, above chance: 1 where they agree on all pairs,
  /// near 0 by chance, negative below it (Hubert and Arabie 1985).
  double ari = 0;
};

/// @param labels, clusters int64 (N), ≥ 0, N ≥ 1.
PartitionAgreement partition_agreement(const at::Tensor& labels, const at::Tensor& clusters);

}  // namespace stl10
