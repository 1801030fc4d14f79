#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace stl10 {

/// "1.5 GiB": a size in bytes as people read it.
std::string bytes_text(double bytes);

/// `path`, or the nearest folder above it that exists.
std::filesystem::path existing_folder(std::filesystem::path path);

/// Bytes that may still be written where `path` is or will be; the most where that can't be known.
int64_t free_bytes(const std::filesystem::path& path);

/// Refuses to write `bytes` at `path` where fewer are free. @param what they are, "the archive".
/// @throws IoError.
void check_space(const std::filesystem::path& path, int64_t bytes, const std::string& what);

}  // namespace stl10
