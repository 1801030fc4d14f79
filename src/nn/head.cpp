#include "stl10/nn/head.h"

#include <string>

#include "stl10/base/error.h"

namespace stl10 {

Dense make_head(const HeadOptions& options, int64_t features, int64_t classes, InitStream& init) {
  const int64_t outputs = options.outputs > 0 ? options.outputs : classes;
  if (outputs < classes) {
    throw ConfigError({"`head.outputs` is too small",
                       "at least one per class, " + std::to_string(classes),
                       std::to_string(outputs), "set it to 0"});
  }
  return Dense(features, outputs, init);
}

}  // namespace stl10
