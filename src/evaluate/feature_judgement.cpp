#include "stl10/evaluate/feature_judgement.h"

#include "stl10/evaluate/k_means.h"

namespace stl10 {

FeatureJudgement measure_features(const FeaturePoints& points, int64_t classes, uint64_t seed,
                                  int64_t restarts, at::Device device) {
  FeatureJudgement judgement;
  judgement.knn = knn_grid({points.bank.x.to(device), points.bank.labels},
                           points.queries.x.to(device), points.queries.labels, classes);
  judgement.clusters = k_means(points.x, classes, seed, restarts).clusters;
  const auto measures = cluster_measures(points.x, {points.labels, judgement.clusters});
  judgement.by_label = measures[0];
  judgement.by_cluster = measures[1];
  judgement.agreement = partition_agreement(points.labels, judgement.clusters);
  judgement.alignment = alignment(points.one, points.two).item<double>();
  judgement.uniformity = uniformity(points.x).item<double>();
  judgement.effective_rank = effective_rank(points.x);
  judgement.deviations = deviations(points.x);
  return judgement;
}

}  // namespace stl10
