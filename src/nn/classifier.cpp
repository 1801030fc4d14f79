#include "stl10/nn/classifier.h"

#include "stl10/nn/features.h"

namespace stl10 {

ClassifierImpl::ClassifierImpl(const EncoderOptions& encoder_options,
                               const HeadOptions& head_options, int64_t classes, InitStream& init,
                               std::optional<Tap> tap, std::optional<Tap> last) {
  encoder = register_module("encoder", make_encoder(encoder_options, init, last));
  tap_ = tap.value_or(encoder->shape().taps.front().first);
  head = register_module("head", make_head(head_options, encoder->features(tap_), classes, init));
}

at::Tensor ClassifierImpl::forward(const at::Tensor& x, at::ScalarType type) {
  return head(features_at(encoder, x, tap_, type));
}

}  // namespace stl10
