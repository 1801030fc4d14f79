#include "made_jpegs.h"

#include <cstdlib>

namespace stl10::testing {

using namespace std::string_literals;

std::string turned_jpeg(const std::string& jpeg, char orientation) {
  const std::string tiff =
      "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"s + orientation + "\0\0\0\0\0\0\0"s;
  const std::string content = "Exif\0\0"s + tiff;
  const std::string head = "\xFF\xE1\0"s + static_cast<char>(content.size() + 2);
  return jpeg.substr(0, 2) + head + content + jpeg.substr(2);
}

std::string cmyk_jpeg(const std::array<int, 4>& inverted_cmyk) {
  std::string jpeg = "\xFF\xD8\xFF\xEE\0\x0E"s + "Adobe\0\x64\0\0\0\0\0"s;
  jpeg += "\xFF\xDB\0\x43\0"s + std::string(64, '\x01');
  jpeg += "\xFF\xC0\0\x14\x08\0\x08\0\x08\x04"s;
  for (char c = 1; c <= 4; ++c) jpeg += c + "\x11\0"s;
  // Codes of four bits for the DC's lengths 0 to 11, and of one bit for the end of a block.
  jpeg += "\xFF\xC4\0\x1F\0"s + "\0\0\0\x0C\0\0\0\0\0\0\0\0\0\0\0\0"s;
  for (char length = 0; length < 12; ++length) jpeg += length;
  jpeg += "\xFF\xC4\0\x14\x10"s + "\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s + "\0"s;
  jpeg += "\xFF\xDA\0\x0E\x04"s;
  for (char c = 1; c <= 4; ++c) jpeg += c + "\0"s;
  jpeg += "\0\x3F\0"s;
  std::string bits;
  const auto add = [&](int value, int count) {
    while (count-- > 0) bits += (value >> count & 1) != 0 ? '1' : '0';
  };
  for (const int level : inverted_cmyk) {
    const int dc = 8 * (level - 128);  // of 64 equal samples
    int length = 0;
    while (std::abs(dc) >> length != 0) ++length;
    add(length, 4);
    add(dc < 0 ? dc + (1 << length) - 1 : dc, length);
    add(0, 1);
  }
  while (bits.size() % 8 != 0) bits += '1';
  for (size_t at = 0; at < bits.size(); at += 8) {
    jpeg += static_cast<char>(std::stoi(bits.substr(at, 8), nullptr, 2));
    if (jpeg.back() == '\xFF') jpeg += '\0';
  }
  return jpeg + "\xFF\xD9";
}

}  // namespace stl10::testing
