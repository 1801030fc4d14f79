#pragma once

#include <ATen/core/Tensor.h>

namespace stl10 {

/// Rows scaled to length 1, with gradient. A zero vector (shorter than 1e-12) stays zero and gets
/// no gradient.
/// @param x any floating type (N, D). @return float (N, D), double for double.
at::Tensor unit_length(const at::Tensor& x);

}  // namespace stl10
