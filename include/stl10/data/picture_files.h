#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "stl10/data/fit.h"

namespace stl10 {

/// Takes a line on what isn't read, and why.
using LeftOut = std::function<void(const std::string& line)>;

/// What lies directly in a folder, in the byte order of the names, without what is hidden, which is
/// told to `left_out`. @throws IoError where the folder can't be read.
std::vector<std::filesystem::path> visible_entries(const std::filesystem::path& folder,
                                                   const LeftOut& left_out);

/// All files in a folder and in those below it, relative to it, in byte order. What is hidden,
/// can't be read or is neither file nor folder is left out; links lead to files alone, so that no
/// walk is endless. @throws IoError where the folder itself can't be read.
std::vector<std::string> files_below(const std::filesystem::path& folder, const LeftOut& left_out);

/// A picture as an image of a data set, or why it is none.
struct ReadPicture {
  std::string path;
  std::vector<uint8_t> image;  ///< kImageBytes in stored order
  std::string complaint;       ///< empty where it was read
};

/// @throws UsageError in a program without OpenCV.
ReadPicture read_or_complain(const std::string& path, Fit fit);

}  // namespace stl10
