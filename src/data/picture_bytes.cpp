#include "stl10/data/picture_bytes.h"

#include <algorithm>
#include <cstring>

namespace stl10 {
namespace {

int big_endian(PictureBytes bytes, size_t at) { return bytes[at] << 8 | bytes[at + 1]; }

/// Whether the segment is a frame's header, which has its size: a start of frame (SOF), but not one
/// of the tables DHT, JPG and DAC that are numbered among them.
bool is_frame(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

PictureFacts jpeg_facts(PictureBytes bytes) {
  PictureFacts facts{.whole = false};
  for (size_t at = 2; at + 1 < bytes.size();) {
    const void* const mark = std::memchr(&bytes[at], 0xFF, bytes.size() - 1 - at);
    if (mark == nullptr) break;
    at = static_cast<size_t>(static_cast<const uint8_t*>(mark) - bytes.data());
    const uint8_t marker = bytes[at + 1];
    const bool stands_alone = marker == 0x00 || marker == 0x01 || (marker & 0xF8) == 0xD0;
    if (marker == 0xD9) {
      facts.whole = true;
      break;
    }
    if (marker == 0xFF) {
      ++at;  // padding before a marker
    } else if (stands_alone) {
      at += 2;
    } else if (at + 3 < bytes.size()) {
      if (is_frame(marker) && at + 8 < bytes.size()) {
        facts.jpeg_side = std::min(big_endian(bytes, at + 5), big_endian(bytes, at + 7));
      }
      at += 2 + static_cast<size_t>(big_endian(bytes, at + 2));
    } else {
      break;
    }
  }
  return facts;
}

bool png_is_whole(PictureBytes bytes) {
  constexpr size_t kSignature = 8, kAroundData = 12;
  for (size_t at = kSignature; at + kAroundData <= bytes.size();) {
    const size_t length = static_cast<size_t>(big_endian(bytes, at)) << 16 |
                          static_cast<size_t>(big_endian(bytes, at + 2));
    const size_t next = at + kAroundData + length;
    if (std::equal(&bytes[at + 4], &bytes[at + 8], "IEND")) return next <= bytes.size();
    at = next;
  }
  return false;
}

}  // namespace

PictureFacts picture_facts(PictureBytes bytes) {
  const auto begins = [&](std::string_view signature) {
    return bytes.size() > signature.size() &&
           std::equal(signature.begin(), signature.end(), bytes.begin(),
                      [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
  };
  if (begins("\xFF\xD8")) return jpeg_facts(bytes);
  if (begins("\x89PNG\r\n\x1A\n")) return {.whole = png_is_whole(bytes)};
  return {.whole = !bytes.empty()};
}

}  // namespace stl10
