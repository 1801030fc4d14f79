#include "stl10/evaluate/class_weights.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace stl10 {

at::Tensor class_weights_of(ClassWeights weights, const at::Tensor& labels, int64_t classes) {
  if (weights == ClassWeights::kNone) return {};
  const at::Tensor counts = at::bincount(labels, {}, classes).to(at::kDouble);
  const at::Tensor present = counts.gt(0).to(at::kDouble);
  return present * static_cast<double>(labels.numel()) / (present.sum() * counts.clamp_min(1));
}

}  // namespace stl10
