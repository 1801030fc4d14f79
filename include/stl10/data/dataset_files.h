#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "stl10/base/file.h"

/// The binary files of the official layout one by one, for those who open or verify data sets.
namespace stl10 {

/// Whether nothing is at `path`; what is there but can't be looked at is the opener's to explain.
bool is_missing(const std::filesystem::path& path);

/// @throws DataError where `folder` isn't one.
void check_data_folder(const std::filesystem::path& folder);

/// Whole images of 27,648 bytes, at least one. @param without the option that does without the
/// file, if there is one. @throws DataError, IoError.
MappedFile open_image_file(const std::filesystem::path& path, const std::string& without = "");

/// Labels in 0 … class_count − 1 (stored from 1 on). @throws DataError, IoError.
std::vector<int64_t> read_labels(const std::filesystem::path& path, size_t class_count);

/// Refuses images and labels ("train_X.bin", "train_y.bin") of different counts. @throws DataError.
void check_same_count(const std::filesystem::path& folder, const std::string& part, int64_t images,
                      size_t labels);

}  // namespace stl10
