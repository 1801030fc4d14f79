#include "stl10/evaluate/assumptions.h"

#include <ATen/Functions.h>

#include <utility>

#include "stl10/base/unit_length.h"
#include "stl10/data/sample.h"

namespace stl10 {
namespace {

LabeledFeatures sample(const LabeledFeatures& all, int64_t limit, uint64_t seed) {
  if (all.x.size(0) <= limit) return all;
  const at::Tensor places = at::tensor(random_sample(all.x.size(0), limit, seed), at::kLong);
  return {all.x.index_select(0, places), all.labels.index_select(0, places)};
}

}  // namespace

Assumptions check_assumptions(const LabeledFeatures& judged, const LearningPoints& points,
                              const AssumptionOptions& options, uint64_t seed) {
  const int64_t classes = points.classes, unlabeled = points.unlabeled.size(0);
  const LabeledFeatures some = sample(judged, options.cluster_points, seed);
  Assumptions found{
      .continuity =
          continuity(nearest_points(unit_length(judged.x), kSpreadNeighbours), judged.labels),
      .clusters = discrete_clusters(some.x, some.labels, classes, seed, options.clouds),
      .cluster_points = some.x.size(0),
      .labels = class_shares(points.train.labels, classes),
      .curves = label_curves(points, options.draws, seed)};
  found.probe_test_shares = class_shares(found.curves.probe_test, classes);
  found.spreading_test_shares = class_shares(found.curves.spreading_test, classes);
  found.verdicts = {continuity_verdict(found.continuity, seed),
                    clusters_verdict(found.clusters, seed), balance_verdict(found.labels)};
  if (unlabeled == 0) return found;
  found.probe_shares = class_shares(found.curves.probe_unlabeled, classes);
  found.spreading_shares = class_shares(found.curves.spreading_unlabeled, classes);
  found.out_of_class = out_of_class(points.train, points.test, points.unlabeled);
  found.verdicts.push_back(in_class_verdict(*found.out_of_class));
  return found;
}

}  // namespace stl10
