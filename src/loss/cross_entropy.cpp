#include "stl10/loss/cross_entropy.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>

namespace stl10 {

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing,
                         const at::Tensor& class_weights) {
  constexpr int64_t kIgnoreNothing = -100;  // LibTorch's default; labels are never negative
  const auto loss = [&](at::Reduction::Reduction reduction) {
    return at::cross_entropy_loss(logits.to(at::kFloat), labels, {}, reduction, kIgnoreNothing,
                                  smoothing);
  };
  if (!class_weights.defined()) return loss(at::Reduction::Mean);
  // Not LibTorch's own weights: it divides by their sum in the batch, so that a rare class's images
  // count less where more of them meet.
  return (loss(at::Reduction::None) * class_weights.index_select(0, labels).to(at::kFloat)).mean();
}

}  // namespace stl10
