#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace stl10 {

/// The nearest others of each of N points, nearest first.
struct NearestPoints {
  at::Tensor places;     ///< int64 (N, k)
  at::Tensor distances;  ///< double (N, k), Euclidean
};

/// The k nearest others, or all where there are fewer; of equally near ones, any.
/// @param x any floating type (N, D) on the CPU, N ≥ 2. @throws Interrupted.
NearestPoints nearest_points(const at::Tensor& x, int64_t k);

/// A weighted graph without loops, as compressed rows: the edges of node i are the places begin[i]
/// to begin[i + 1] of `targets` (ascending) and `weights` (above 0).
struct Graph {
  std::vector<int64_t> begin = {0}, targets;
  std::vector<double> weights;

  int64_t nodes() const { return static_cast<int64_t>(begin.size()) - 1; }
};

/// The symmetric graph of nearest points: an edge of weight 1 where either is among the other's k.
/// @param k 1 or more; beyond as many as `nearest` has, all of these.
Graph neighbour_graph(const NearestPoints& nearest, int64_t k);

}  // namespace stl10
