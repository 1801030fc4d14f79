#pragma once

#include <ATen/core/Tensor.h>

#include "stl10/base/shared_rows.h"

/// Losses that compare the distributions over K classes which a network gives two views of an
/// image; what the classes are, it finds itself.
///
/// Letters: N images, K classes; all tensors are logits (N, K), any floating type, row i of both of
/// one image. Sums are taken in float at least. Where processes share the rows, a loss is this
/// one's part.
namespace stl10 {

struct DistillationTemperatures {
  double student = 0.1, teacher = 0.04;
};

/// DINO: the mean over the images of −Σₖ qₖ log pₖ, p = softmax(student/τₛ) and q =
/// softmax((teacher − center)/τₜ), which gets no gradient (Caron et al. 2021, arXiv:2104.14294,
/// equation 1 and algorithm 1). The report's Keras code takes the step's own mean as the center.
/// @param center (K).
at::Tensor self_distillation(const at::Tensor& student, const at::Tensor& teacher,
                             const at::Tensor& center, const DistillationTemperatures& tau,
                             const SharedRows& rows = {});

/// What share of the classes images take, or of as many as there are images where these are fewer:
/// the exponential of the entropy of their mean distribution, softmax(logits), over min(K, N),
/// at most 1; the same in all processes. Without gradient.
at::Tensor classes_in_use(const at::Tensor& logits, const SharedRows& rows = {});

struct TwistWeights {
  double sharpness = 1, diversity = 1;
};

/// TWIST: ½(KL(p1‖p2) + KL(p2‖p1)), mean over the images, + sharpness · the entropy of a view's
/// distribution, mean over all 2N, − diversity · the entropy of a view's mean distribution, mean of
/// both (Wang et al. 2021, arXiv:2110.07402, equation 3), p = softmax(logits). The report's Keras
/// code has the same with weights of 1.
at::Tensor twist(const at::Tensor& logits1, const at::Tensor& logits2, const TwistWeights& weights,
                 const SharedRows& rows = {});

}  // namespace stl10
