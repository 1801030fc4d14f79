#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace stl10 {

/// How a picture that isn't square becomes the square of base/image.h: the middle of it, or all of
/// it between black bars.
enum class Fit { kCrop, kPad };
inline std::vector<std::string_view> enum_names(Fit) { return {"crop", "pad"}; }

/// The file of a data set that says how its pictures were fitted, and what it holds.
inline constexpr char kFitFile[] = "pictures.json";
std::string fit_file_text(Fit fit);

/// How the pictures of a data set were fitted: `kCrop` where it doesn't say so.
/// @throws DataError for a file that says something else, IoError for one that can't be read.
Fit read_fit(const std::filesystem::path& folder);

}  // namespace stl10
