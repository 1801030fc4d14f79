#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace stl10 {

/// How many quadrants a map of this side has: four, or one where it is a single pixel.
inline int64_t quadrant_count(int64_t side) { return side == 1 ? 1 : 4; }

/// The averages of a map's quadrants (Coates et al. 2011 sum them): (N, C, S, S) →
/// (N, quadrant_count(S) · C), ordered (row, column, channel). The middle of an odd side belongs to
/// both halves, as in at::adaptive_avg_pool2d, whose backward pass isn't deterministic on a GPU.
at::Tensor quadrant_means(const at::Tensor& map);

}  // namespace stl10
