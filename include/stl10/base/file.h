#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace stl10 {

/// A whole file mapped read-only into memory; pages are read when they are touched.
class MappedFile {
 public:
  /// @throws IoError when `path` is missing, not a regular file or unreadable. Empty files map to
  /// size 0.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

  /// Gives up this process's memory for the bytes [begin, begin + size), by whole pages: looked at
  /// again, they are read again.
  void release(size_t begin, size_t size) const;

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

/// The bytes of a file. @throws IoError as MappedFile.
std::string read_file(const std::filesystem::path& path);

/// The text of a file as programs of any system write it: without a byte order mark of UTF-8, and
/// lines ending with "\n" alone. @throws IoError as MappedFile.
std::string read_text(const std::filesystem::path& path);

/// Refuses an output file in whose place a folder, or a file that doesn't begin with these bytes
/// stands: somebody else's. @param kind what the file is to be, "a picture". @throws UsageError.
void check_replaceable(const std::filesystem::path& path, std::string_view beginning,
                       const std::string& kind);

/// Hands out the bytes of a file piece by piece; returns through `write(data, size)`.
using FileWriter =
    std::function<void(const std::function<void(const void* data, size_t size)>& write)>;

/// Replaces `path` in one step: a temporary file in the same folder is written, synchronized and
/// renamed, then the folder is synchronized. A failure or crash leaves the previous file as it was.
/// @throws IoError naming the path and the reason (a full disk, say).
void save_atomically(const std::filesystem::path& path, const FileWriter& writer);
void save_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Lets `path` be another name of the file `same`, in the same folder, as if its bytes were saved
/// there: replaced in one step, and apart from it when either is replaced later. Returns whether
/// the file system can do so. @throws IoError where the folder can't be synchronized.
bool link_atomically(const std::filesystem::path& same, const std::filesystem::path& path);

/// Appends `text` to `path`, creating it where missing. @throws IoError.
void append_file(const std::filesystem::path& path, std::string_view text);

/// Keeps other processes of this program out of a folder while it lives. On file systems without
/// locks it does nothing.
class FolderLock {
 public:
  /// @throws Locked when another process holds the folder, IoError when it can't be opened.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

/// Creates a folder and its parents. @throws IoError.
void make_folder(const std::filesystem::path& path);

}  // namespace stl10
