#pragma once

#include <string>

namespace stl10::testing {

/// The path of a published config.
inline std::string published_config(const std::string& name) {
  return STL10_SOURCE_DIR "/configs/" + name;
}

}  // namespace stl10::testing
