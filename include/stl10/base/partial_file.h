#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace stl10 {

/// A file that grows over several runs of the program, of which one at a time may hold it. What has
/// come stays on disk; where nothing came, no file does.
class PartialFile {
 public:
  /// Opens it, or makes it and its folder. @throws Locked where another process has it, IoError.
  explicit PartialFile(const std::filesystem::path& path);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  int64_t size() const { return size_; }

  /// Cuts it to its first `size` bytes, of at least so many. @throws IoError.
  void cut(int64_t size);

  /// @throws IoError; what was written of it stays.
  void append(const void* data, size_t size);

 private:
  std::filesystem::path path_;
  int descriptor_;
  int64_t size_ = 0;
};

}  // namespace stl10
