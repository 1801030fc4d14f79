#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "stl10/evaluate/neighbour_graph.h"

namespace stl10 {

/// How often points of similar distance have equal labels.
struct AgreementAt {
  double distance = 0;   ///< mean over the pairs
  double agreement = 0;  ///< share of pairs with equal labels
  int64_t pairs = 0;
};

/// Whether near points have equal labels: the first assumption of semi-supervised learning
/// (Chapelle et al. 2006, "Semi-Supervised Learning", section 1.2.1).
struct Continuity {
  double chance = 0;            ///< share of equal labels among all pairs of different points
  std::vector<double> by_rank;  ///< share of points that agree with their r-th nearest, r = 1, 2, …
  std::vector<AgreementAt> by_distance;  ///< bins of equally many pairs, nearest first

  /// Where agreement falls to half of what the nearest bin has above chance, between two bins
  /// linearly; empty where it never does, or where that bin has nothing above chance.
  std::optional<double> half_distance;

  /// double (N): the share of a point's neighbours that agree with it, less chance, over the most
  /// that could be: 1 where all agree, 0 on average where labels are dealt out blindly. Undefined
  /// where all points have one label.
  at::Tensor surplus;
};

/// @param nearest of N ≥ 2 points. @param labels int64 (N) ≥ 0, theirs. @param bins ≥ 1.
Continuity continuity(const NearestPoints& nearest, const at::Tensor& labels, int64_t bins = 20);

}  // namespace stl10
