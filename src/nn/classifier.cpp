#include "stl10/nn/classifier.h"

#include "stl10/base/device.h"

namespace stl10 {

ClassifierImpl::ClassifierImpl(const EncoderOptions& encoder_options,
                               const HeadOptions& head_options, int64_t classes, InitStream& init) {
  encoder = register_module("encoder", Conv4(encoder_options, init));
  head = register_module("head", make_head(head_options, encoder->features(), classes, init));
}

at::Tensor ClassifierImpl::forward(const at::Tensor& x, at::ScalarType type) {
  at::Tensor features;
  {
    const AutocastGuard autocast(x.device().type(), type);
    features = encoder(x);
  }
  return head(features.to(at::kFloat));
}

}  // namespace stl10
