#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace stl10 {

/// Whether this program can make pictures: it was built with OpenCV.
bool can_make_pictures();

/// The bytes of a PNG. @param rgb as save_png's. @throws UsageError in a program without OpenCV.
std::string make_png(const uint8_t* rgb, int64_t width, int64_t height);

/// Writes a PNG. @param rgb height · width · 3 bytes: row, column, channel (R, G, B).
/// @throws UsageError in a program without OpenCV, IoError when it can't be written.
void save_png(const std::filesystem::path& path, const uint8_t* rgb, int64_t width, int64_t height);

}  // namespace stl10
