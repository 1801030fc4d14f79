#include "stl10/nn/classifier.h"

#include "stl10/base/error.h"

namespace stl10 {

ClassifierImpl::ClassifierImpl(const EncoderOptions& encoder_options,
                               const HeadOptions& head_options, int64_t classes, InitStream& init) {
  const int64_t outputs = head_options.outputs > 0 ? head_options.outputs : classes;
  if (outputs < classes) {
    throw ConfigError({"`head.outputs` is too small",
                       "at least one per class, " + std::to_string(classes),
                       std::to_string(outputs), "set it to 0"});
  }
  encoder = register_module("encoder", Conv4(encoder_options, init));
  head = register_module("head", Dense(encoder->features(), outputs, init));
}

}  // namespace stl10
