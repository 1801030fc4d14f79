#include "stl10/nn/classifier.h"

#include "stl10/nn/features.h"

namespace stl10 {

ClassifierImpl::ClassifierImpl(const EncoderOptions& encoder_options,
                               const HeadOptions& head_options, int64_t classes, InitStream& init,
                               Tap tap, bool has_dense)
    : tap_(tap) {
  encoder = register_module("encoder", Conv4(encoder_options, init, has_dense));
  head = register_module("head", make_head(head_options, encoder->features(tap), classes, init));
}

at::Tensor ClassifierImpl::forward(const at::Tensor& x, at::ScalarType type) {
  return head(features_at(encoder, x, tap_, type));
}

}  // namespace stl10
