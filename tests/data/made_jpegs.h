#pragma once

#include <array>
#include <string>

namespace stl10::testing {

/// A JPEG with an EXIF segment that says how to turn it (EXIF 2.3, tag 0x0112).
std::string turned_jpeg(const std::string& jpeg, char orientation);

/// A JPEG of 8 × 8 pixels of one colour in four components (ITU-T T.81; Adobe's APP14 segment,
/// whose CMYK is inverted): one block each, a DC value and the end of the block.
std::string cmyk_jpeg(const std::array<int, 4>& inverted_cmyk);

}  // namespace stl10::testing
