#include "stl10/nn/features.h"

#include "stl10/base/device.h"

namespace stl10 {

at::Tensor features_at(Conv4& encoder, const at::Tensor& x, Tap tap, at::ScalarType type) {
  const AutocastGuard autocast(x.device().type(), type);
  return encoder(x, tap).to(at::kFloat);
}

}  // namespace stl10
