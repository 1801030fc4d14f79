#include "stl10/loss/cross_entropy.h"

#include <ATen/Functions.h>
#include <ATen/core/Reduction.h>

namespace stl10 {

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing) {
  constexpr int64_t kIgnoreNothing = -100;  // LibTorch's default; labels are never negative
  return at::cross_entropy_loss(logits.to(at::kFloat), labels, {}, at::Reduction::Mean,
                                kIgnoreNothing, smoothing);
}

}  // namespace stl10
