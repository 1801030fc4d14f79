#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace stl10 {

/// Takes the distances of the points `first`, `first` + 1, … to all points: double (rows, N).
using DistanceBlock = std::function<void(int64_t first, const at::Tensor& distances)>;

/// Euclidean distances of all pairs of points, a block of rows at a time: no N×N matrix. Exact to
/// rounding for near points, too, and 0 for equal ones.
/// @param x any floating type (N, D) on the CPU. @throws Interrupted.
void for_distance_blocks(const at::Tensor& x, const DistanceBlock& use);

}  // namespace stl10
