#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/data/manifest.h"

namespace stl10 {

/// What a file of a data set is.
enum class FileState {
  kOfficial,  ///< the bytes that STL-10's authors publish
  kOwn,       ///< sound, of other bytes
  kMissing,
  kDamaged,
};
inline std::vector<std::string_view> enum_names(FileState) {
  return {"official", "own", "missing", "damaged"};
}

struct VerifiedFile {
  std::string name;
  FileState state = FileState::kMissing;
  std::optional<int64_t> bytes = {};  ///< empty where it can't be read
  std::string md5 = {};               ///< 32 hexadecimal digits; empty where it can't be read
  std::string reason = {};            ///< what is wrong with it, or noteworthy
};

/// An image that equals one of an earlier part in every byte.
struct DuplicateImage {
  DataPart part;
  int64_t index;
  DataPart original_part;
  int64_t original;  ///< the first one that it equals
};

struct VerifiedData {
  std::vector<VerifiedFile> files;  ///< the seven official ones, then what an import adds
  std::vector<DuplicateImage> duplicates;
  bool sound = false;  ///< there is data, none of it is damaged, and images have their labels
};

/// Reads every byte of the data set in `folder`: the MD5 of its files, their structure as
/// `open_dataset` asks for it, images and labels against manifest.csv where an import left one, and
/// equal images between the parts. @param progress in bytes.
/// @throws DataError where `folder` isn't one, Interrupted, UsageError in a program without
/// OpenSSL.
VerifiedData verify_data(const std::filesystem::path& folder, int64_t threads,
                         const std::function<void(int64_t done, int64_t all)>& progress);

}  // namespace stl10
