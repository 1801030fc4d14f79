#include "stl10/nn/features.h"

#include <ATen/core/grad_mode.h>

#include "stl10/base/device.h"

namespace stl10 {

at::Tensor features_at(Conv4& encoder, const at::Tensor& x, Tap tap, at::ScalarType type) {
  const AutocastGuard autocast(x.device().type(), type);
  return encoder(x, tap).to(at::kFloat);
}

at::Tensor frozen_features_at(Conv4& encoder, const at::Tensor& x, Tap tap, at::ScalarType type) {
  const at::NoGradGuard no_grad;
  encoder->eval();
  const at::Tensor features = features_at(encoder, x, tap, type);
  encoder->train();
  return features;
}

}  // namespace stl10
