#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

/// What optimizers make of a gradient beside moments.
namespace stl10 {

/// LARS: how much of a weight's gradient is taken, trust·‖w‖/(‖g‖ + decay·‖w‖); 1 where weight or
/// gradient is zero (You et al. 2017, arXiv:1708.03888, equation 6).
/// @param w, g float, the same shape. @return float, without axes, which no one waits for.
at::Tensor lars_ratio(const at::Tensor& w, const at::Tensor& g, double decay, double trust);

/// Muon: nearly the orthogonal matrix nearest to m, U·Vᵀ of its singular value decomposition: its
/// singular values come near 1 (to 0.7 … 1.2) by Newton–Schulz steps of the odd polynomial
/// 3.4445x − 4.7750x³ + 2.0315x⁵ (Jordan et al. 2024, kellerjordan.github.io/posts/muon).
/// @param m float (rows, columns). @return the same shape; zeros for zeros.
at::Tensor orthogonalized(const at::Tensor& m, int64_t steps);

}  // namespace stl10
