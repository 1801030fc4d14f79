#include "stl10/nn/contrastive_network.h"

#include <ATen/Functions.h>

#include <string>

#include "stl10/base/error.h"
#include "stl10/nn/features.h"

namespace stl10 {

ContrastiveNetworkImpl::ContrastiveNetworkImpl(const EncoderOptions& encoder_options,
                                               const ProjectionOptions& projection_options,
                                               std::optional<Tap> tap, int64_t classes,
                                               InitStream& init)
    : head_tap_(projection_options.tap.value_or(shape_of(encoder_options).map_tap)),
      tap_(tap.value_or(shape_of(encoder_options).map_tap)) {
  encoder = register_module("encoder", make_encoder(encoder_options, init, head_tap_));
  if (!encoder->shape().has(tap_) && shape_of(encoder_options).has(tap_)) {
    const std::string name(name_of(tap_));
    throw ConfigError(
        {"`tap` " + name + " would judge a layer that nothing trains",
         "`projection.tap` " + name + ", or another `tap`",
         "`projection.tap` " + std::string(name_of(head_tap_)),
         "give --tap " + encoder->shape().tap_names() + ", or --projection.tap " + name});
  }
  projection = register_module(
      "projection", ProjectionHead(projection_options, encoder->features(head_tap_), init));
  probe = register_module("probe", Dense(encoder->features(tap_), classes, init));
}

at::Tensor ContrastiveNetworkImpl::head_features(const at::Tensor& x, at::ScalarType type) {
  return features_at(encoder, x, head_tap_, type);
}

}  // namespace stl10
