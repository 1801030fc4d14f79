#pragma once

#include <cstdint>
#include <filesystem>

namespace stl10 {

/// Writes a PNG. @param rgb height · width · 3 bytes: row, column, channel (R, G, B).
/// @throws UsageError in a program without OpenCV, IoError when it can't be written.
void save_png(const std::filesystem::path& path, const uint8_t* rgb, int64_t width, int64_t height);

}  // namespace stl10
