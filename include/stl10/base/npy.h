#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "stl10/base/file.h"

namespace stl10 {

enum class NpyType { kFloat32, kInt64 };

/// Writes an array in NumPy's format (version 1.0 of numpy.lib.format), row by row: `values` hands
/// out the bytes in as many pieces as it likes, so that memory need not hold them.
/// @throws IoError as save_atomically; std::logic_error where it hands out more or less than fits.
void save_npy(const std::filesystem::path& path, NpyType type, std::span<const int64_t> shape,
              const FileWriter& values);

}  // namespace stl10
