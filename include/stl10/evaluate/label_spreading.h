#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "stl10/evaluate/neighbour_graph.h"

namespace stl10 {

/// Label spreading (Zhou et al. 2004, "Learning with local and global consistency"): F* = (1 −
/// alpha) (I − alpha·S)⁻¹ Y with S = D^(−1/2) W D^(−1/2), W the graph's weights, D their sums, and
/// Y one-hot where a label is given, else 0. Solved by conjugate gradients to a residual of 1e-10.
/// @param labels int64 (N): the class given, or −1. @param alpha in (0, 1): how far neighbours
/// count against the labels given. @return double (N, classes), ≥ 0 to rounding; a row of zeros for
/// nodes that no given label reaches. @throws Interrupted.
at::Tensor spread_labels(const Graph& graph, const at::Tensor& labels, int64_t classes,
                         double alpha);

/// Rows of F* as probabilities: divided by their sum; rows that no label reaches are the shares of
/// the labels given. @return double (N, classes).
at::Tensor spread_probabilities(const at::Tensor& spread, const at::Tensor& labels);

}  // namespace stl10
