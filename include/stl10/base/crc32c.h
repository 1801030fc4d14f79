#pragma once

#include <cstdint>
#include <string_view>

namespace stl10 {

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4): with polynomial 0x1EDC6F41, reflected.
uint32_t crc32c(std::string_view bytes);

}  // namespace stl10
