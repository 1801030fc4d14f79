#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace stl10 {

/// Watches a mapped file: when it is cut by another program while this one reads it, the process
/// ends with exit code 1 and one line that names the file, instead of by SIGBUS. (No error is
/// thrown: the reading threads stand in the middle of their loops, and whatever is computed from
/// the lost bytes must not go on.) What was saved before stays as it is.
void watch_mapping(const uint8_t* data, size_t size, const std::filesystem::path& path);

/// Ends the watch before the mapping goes.
void forget_mapping(const uint8_t* data);

}  // namespace stl10
