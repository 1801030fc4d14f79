#pragma once

#include <cstdint>
#include <string_view>

namespace stl10 {

using PictureBytes = std::basic_string_view<uint8_t>;

/// What a picture's file says of itself, before anything is decoded.
struct PictureFacts {
  /// Whether it reaches its end, as far as that is known: of a JPEG or PNG that is cut, a decoder
  /// makes a picture that is gray or black from there on.
  bool whole = true;
  int jpeg_side = 0;  ///< of a JPEG the shorter side in pixels, else 0
};

/// Walks the segments of a JPEG (ITU-T T.81, annex B) or the chunks of a PNG (W3C PNG
/// specification, section 5).
PictureFacts picture_facts(PictureBytes bytes);

}  // namespace stl10
