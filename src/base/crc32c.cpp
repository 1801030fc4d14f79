#include "stl10/base/crc32c.h"

#include <array>

namespace stl10 {
namespace {

constexpr std::array<uint32_t, 256> make_table() {
  constexpr uint32_t kReflected = 0x82F63B78;
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < table.size(); ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1) * kReflected;
    table[byte] = value;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = make_table();

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t value = ~0U;
  for (const char byte : bytes)
    value = kTable[(value ^ static_cast<uint8_t>(byte)) & 0xFF] ^ value >> 8;
  return ~value;
}

}  // namespace stl10
