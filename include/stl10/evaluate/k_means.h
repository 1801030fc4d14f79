#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace stl10 {

/// Points and the centre that each is nearest to.
struct KMeans {
  at::Tensor clusters;  ///< int64 (N) in [0, K)
  at::Tensor centres;   ///< double (K, D); K smaller than asked for where points are equal
  double inertia = 0;   ///< sum of squared distances to the own centre
};

/// Lloyd's algorithm from k-means++ (Arthur and Vassilvitskii 2007) until no point changes its
/// cluster, at most 300 rounds; the best of `restarts` by inertia. A point between two centres goes
/// to the smaller number, a centre without points stays where it is. The starts are followed in
/// float32, the best one to its end in float64. A function of points and seed.
/// @param x any floating type (N, D) on the CPU, N ≥ 1. @param clusters ≥ 1. @throws Interrupted.
KMeans k_means(const at::Tensor& x, int64_t clusters, uint64_t seed, int64_t restarts = 10);

}  // namespace stl10
