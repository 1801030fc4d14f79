#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stl10/base/options.h"
#include "stl10/evaluate/label_curves.h"
#include "stl10/evaluate/verdicts.h"

namespace stl10 {

struct AssumptionOptions {
  int64_t draws = 3;
  int64_t cluster_points = 2000;
  int64_t clouds = 10;
};

template <class Visitor>
void visit_fields(AssumptionOptions& options, Visitor& field) {
  field("draws", options.draws,
        "random choices of fewer and of uneven labels, averaged (assumptions); 0: only all labels",
        between(0, 1000));
  field("cluster_points", options.cluster_points,
        "look for clusters in a random sample of this many points (assumptions)",
        between(2, 10000));
  field("clouds", options.clouds, "without clusters, to compare with (assumptions)",
        between(1, 1000));
}

/// Whether features keep the assumptions of semi-supervised learning, and what of it they allow.
struct Assumptions {
  Continuity continuity;
  DiscreteClusters clusters;
  int64_t cluster_points = 0;
  ClassShares labels;  ///< of training labels
  /// Of the classes that all labels give to unlabeled images; empty without such images.
  std::optional<ClassShares> probe_shares, spreading_shares;
  ClassShares probe_test_shares, spreading_test_shares;  ///< likewise, to test images
  LabelCurves curves;
  std::optional<OutOfClass> out_of_class;  ///< of unlabeled images
  std::vector<Verdict> verdicts;           ///< continuity, clusters, balance, in_class
};

/// Neighbours are those by cosine, as in label spreading; clusters are those of the features as
/// they are. A function of points, options and seed.
/// @param judged whose neighbours and clusters are looked at, at least two: images that the encoder
/// was not trained on, as a rule. @throws Interrupted.
Assumptions check_assumptions(const LabeledFeatures& judged, const LearningPoints& points,
                              const AssumptionOptions& options, uint64_t seed);

}  // namespace stl10
