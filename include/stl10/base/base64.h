#pragma once

#include <string>
#include <string_view>

namespace stl10 {

/// Bytes as letters (RFC 4648, section 4), padded with "=".
std::string base64(std::string_view bytes);

}  // namespace stl10
