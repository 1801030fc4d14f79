#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "stl10/data/fit.h"

namespace stl10 {

/// Reads a picture of any size and of any format that OpenCV knows as an image of a data set:
/// turned as its EXIF data say, gray as three equal channels, without its transparency, 16 bits (or
/// floats from 0 to 1) rounded to 8, CMYK converted, of several frames the first. Fewer pixels are
/// the averages of areas, more are interpolated; one of the right size keeps its bytes. A JPEG
/// whose shorter side has 360 pixels or more is decoded at a half, a quarter or an eighth of it, as
/// long as 180 are left: in half the time and less, mostly within a level or two of the whole
/// picture's averages.
/// @return kImageBytes in stored order.
/// @throws IoError where the file can't be read, DataError where it holds no whole picture,
/// UsageError in a program without OpenCV.
std::vector<uint8_t> read_picture(const std::filesystem::path& path, Fit fit);

/// Writes an image of a data set as a PNG. @param image kImageBytes in stored order.
/// @throws as save_png.
void save_picture(const std::filesystem::path& path, const uint8_t* image);

}  // namespace stl10
