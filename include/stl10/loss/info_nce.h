#pragma once

#include <ATen/core/Tensor.h>

#include "stl10/base/shared_rows.h"

/// InfoNCE (van den Oord et al. 2018, arXiv:1807.03748): each anchor is to find its own candidate
/// among others, by cosine over a temperature.
///
/// Letters: N anchors q (N, D), any floating type; none of the embeddings needs to be normalized.
/// Sums are taken in float at least.
namespace stl10 {

struct InfoNce {
  at::Tensor loss;  ///< float (double for double), without axes; has a gradient
  at::Tensor
      correct;  ///< int64, without axes: anchors nearer to their own candidate than to others
};

/// The mean over anchors of −s(qₙ, kₙ)/tau + log Σₘ exp(s(qₙ, kₘ)/tau), m over all rows of k (N,
/// D). Where processes share the rows, the anchors are this one's, the candidates those of all, and
/// loss and correct anchors its parts.
InfoNce info_nce(const at::Tensor& q, const at::Tensor& k, double tau, const SharedRows& rows = {});

/// The same where the candidates are the anchor's own kₙ and the rows of `negatives` (K, D):
/// equation 1 of He et al. 2020 (MoCo, arXiv:1911.05722).
InfoNce info_nce(const at::Tensor& q, const at::Tensor& k, const at::Tensor& negatives, double tau,
                 const SharedRows& rows = {});

}  // namespace stl10
