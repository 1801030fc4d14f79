#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "stl10/base/shared_rows.h"

namespace stl10 {

/// The decoupled contrastive loss of two views (DCL, Yeh et al. 2022, arXiv:2110.06848, equations 5
/// and 6): NT-Xent without the positive in the sum, the mean over all 2N anchors of
///   −w·s(a, positive)/tau + log Σ_b exp(s(a, b)/tau), b over the 2N − 2 embeddings of other
///   images.
/// With `sigma` the weighted form, w = 2 − exp(s⁺/sigma) over its mean over the images, without
/// gradient; else w = 1. The report's Keras code takes one logarithm of the sum over all anchors.
/// @param z1, z2 (N, D), N ≥ 2, any floating type, neither normalized. @param tau, sigma above 0.
/// @param rows where processes share the N images: the anchors are this one's, their candidates
/// those of all; the loss is its part.
/// @return float (double for double), with gradient; memory grows with N².
at::Tensor decoupled_contrastive(const at::Tensor& z1, const at::Tensor& z2, double tau,
                                 const std::optional<double>& sigma = {},
                                 const SharedRows& rows = {});

}  // namespace stl10
