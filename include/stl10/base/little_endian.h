#pragma once

#include <cstdint>
#include <string>

namespace stl10 {

/// The lowest `bytes` bytes of a number, the lowest first.
inline std::string little_endian(uint64_t value, int bytes) {
  std::string text;
  for (; bytes > 0; --bytes, value >>= 8) text += static_cast<char>(value & 0xFF);
  return text;
}

}  // namespace stl10
