#pragma once

#include <cstddef>
#include <filesystem>

namespace stl10 {

/// Bytes that are put aside on the disk and read again: a file without a name, so that nothing is
/// left of it however the process ends.
class Spool {
 public:
  /// @param output what is to be made: the bytes lie in the nearest folder above it that exists.
  /// @throws IoError.
  explicit Spool(const std::filesystem::path& output);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// @throws IoError (a full disk, say).
  void append(const void* data, size_t size);

  /// The bytes [begin, begin + size) of those appended. @throws IoError.
  void read(size_t begin, void* data, size_t size) const;

 private:
  std::filesystem::path folder_;
  int descriptor_ = -1;
  size_t size_ = 0;
};

}  // namespace stl10
