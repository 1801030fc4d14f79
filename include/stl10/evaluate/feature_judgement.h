#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "stl10/evaluate/cluster_measures.h"
#include "stl10/evaluate/feature_measures.h"
#include "stl10/evaluate/knn.h"
#include "stl10/evaluate/partition_agreement.h"

namespace stl10 {

/// Features of N images in D dimensions; everything on the CPU.
struct FeaturePoints {
  at::Tensor x;             ///< float (N, D), of the images as they are
  at::Tensor one, two;      ///< float (M, D), of two views of some of them
  at::Tensor labels;        ///< int64 (N)
  LabeledFeatures bank;     ///< of training images, for kNN
  LabeledFeatures queries;  ///< of test images
};

/// All that the features of an encoder say without a classifier being trained on them.
struct FeatureJudgement {
  std::vector<KnnResult> knn;    ///< the grid of `knn_grid`: queries against the bank
  ClusterMeasures by_label;      ///< the labels as clusters
  ClusterMeasures by_cluster;    ///< clusters that k-means finds
  at::Tensor clusters;           ///< int64 (N), those of k-means
  PartitionAgreement agreement;  ///< of labels and clusters
  double alignment = 0, uniformity = 0, effective_rank = 0;
  Deviations deviations;
};

/// @param restarts of k-means, whose k is `classes`. @param device where neighbours are looked for.
/// @throws Interrupted.
FeatureJudgement measure_features(const FeaturePoints& points, int64_t classes, uint64_t seed,
                                  int64_t restarts, at::Device device = at::kCPU);

}  // namespace stl10
