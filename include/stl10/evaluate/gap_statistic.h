#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace stl10 {

/// Whether k-means splits points better than clouds without clusters, which it splits, too, but
/// gains less by (Tibshirani, Walther and Hastie 2001). In the order of k = 1, 2, …; k = 1 splits
/// nothing, and has gap 0 but for the clouds' chance.
struct GapStatistic {
  std::vector<double> gap;    ///< mean log inertia of the clouds − log inertia of the points
  std::vector<double> error;  ///< √(1 + 1/B) · standard deviation over the B clouds

  /// The smallest k whose gap is at least the largest one less its error; 1: no clusters. (The
  /// original rule looks at the next gap alone, and so stops at 1 where several clusters are
  /// equally far apart; this one is "globalSEmax" of R's cluster::maxSE.)
  int64_t clusters = 1;
};

/// @param inertias of the points in k = 1, 2, … clusters, all above 0. @param clouds the same of
/// each cloud; at least one.
GapStatistic gap_statistic(const std::vector<double>& inertias,
                           const std::vector<std::vector<double>>& clouds);

/// N points of the Gaussian that has the mean and the covariance of x's points (over N): each is a
/// random combination of them all. A function of x, seed and `number`. Memory grows with N².
/// @param x any floating type (N, D) on the CPU. @return of x's type.
at::Tensor gaussian_like(const at::Tensor& x, uint64_t seed, uint32_t number);

}  // namespace stl10
