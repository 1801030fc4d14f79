#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace stl10 {

/// The parts of a data set, in the order in which the first of equal images is the original.
enum class DataPart { kTrain, kTest, kUnlabeled };
inline std::vector<std::string_view> enum_names(DataPart) { return {"train", "test", "unlabeled"}; }
inline constexpr std::array<DataPart, 3> kDataParts = {DataPart::kTrain, DataPart::kTest,
                                                       DataPart::kUnlabeled};

/// The file of an imported data set that says what its images are.
inline constexpr char kManifestFile[] = "manifest.csv";

/// One image there.
struct ManifestRow {
  int64_t label = -1;  ///< −1 without one
  std::string path;    ///< of its picture
  std::string sha256;  ///< of its 27,648 bytes, 64 hexadecimal digits
};

/// The images of each part, in stored order.
using Manifest = std::array<std::vector<ManifestRow>, kDataParts.size()>;

inline std::vector<ManifestRow>& rows_of(Manifest& manifest, DataPart part) {
  return manifest[static_cast<size_t>(part)];
}
inline const std::vector<ManifestRow>& rows_of(const Manifest& manifest, DataPart part) {
  return manifest[static_cast<size_t>(part)];
}

/// "part,index,label,path,sha256" and a line an image.
std::string manifest_text(const Manifest& manifest);

/// @throws DataError for a file that `manifest_text` didn't make, naming the line; IoError.
Manifest read_manifest(const std::filesystem::path& path);

}  // namespace stl10
