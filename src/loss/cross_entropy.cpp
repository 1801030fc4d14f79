#include "stl10/loss/cross_entropy.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>

namespace stl10 {

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing,
                         const at::Tensor& class_weights, const SharedRows& rows) {
  constexpr int64_t kIgnoreNothing = -100;  // LibTorch's default; labels are never negative
  const at::Tensor wide = logits.scalar_type() == at::kDouble ? logits : logits.to(at::kFloat);
  const auto loss = [&](at::Reduction::Reduction reduction) {
    return at::cross_entropy_loss(wide, labels, {}, reduction, kIgnoreNothing, smoothing);
  };
  if (!class_weights.defined()) {
    if (rows.group().is_one()) return loss(at::Reduction::Mean);
    return loss(at::Reduction::Sum) / static_cast<double>(rows.count(labels));
  }
  // Not LibTorch's own weights: it divides by their sum in the batch, so that a rare class's images
  // count less where more of them meet.
  return rows.mean(loss(at::Reduction::None) *
                   class_weights.index_select(0, labels).to(wide.scalar_type()));
}

}  // namespace stl10
