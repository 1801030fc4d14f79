#include "stl10/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "stl10/base/error.h"
#include "stl10/base/mapping_guard.h"

namespace stl10 {
namespace {

[[noreturn]] void fail(const std::string& action, const std::filesystem::path& path, int code,
                       const std::string& next) {
  throw IoError(
      {"cannot " + action + " " + path.string(), "", std::generic_category().message(code), next});
}

/// A file descriptor that is closed when it leaves the scope.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) {
    do {
      // Non-blocking: a named pipe without a writer is refused instead of waited for.
      value_ = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0644);
    } while (value_ < 0 && errno == EINTR);
  }
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

  void write(const std::filesystem::path& path, const void* data, size_t size) const {
    const char* bytes = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t written = ::write(value_, bytes, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write", path, errno, "free disk space or choose another folder");
      bytes += written;
      size -= static_cast<size_t>(written);
    }
  }

  void synchronize(const std::filesystem::path& path) const {
    if (::fsync(value_) != 0) fail("save", path, errno, "check the disk, then run again");
  }

 private:
  int value_ = -1;
};

constexpr char kWritable[] = "choose a folder that you may write to";

std::filesystem::path temporary_of(std::filesystem::path path) { return path += ".tmp"; }

/// Makes what happened to names in a file's folder last.
void synchronize_folder(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor parent(folder, O_RDONLY | O_DIRECTORY);
  if (parent.value() < 0) fail("open", folder, errno, kWritable);
  parent.synchronize(folder);
}

/// The size of a file that was opened for reading. @throws IoError where it wasn't, or is no file.
size_t size_to_read(const std::filesystem::path& path, const Descriptor& file) {
  if (file.value() < 0) fail("open", path, errno, "check the path and its permissions");
  struct stat info {};
  if (::fstat(file.value(), &info) != 0) fail("open", path, errno, "check the path");
  if (S_ISREG(info.st_mode)) return static_cast<size_t>(info.st_size);
  const std::string kind = S_ISDIR(info.st_mode) ? "a folder" : "something else";
  throw IoError({"cannot read " + path.string(), "a file", kind, "check the path"});
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file(path, O_RDONLY);
  size_ = size_to_read(path, file);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.value(), 0);
  if (address == MAP_FAILED) fail("map", path, errno, "check the file system");
  data_ = static_cast<const uint8_t*>(address);
  watch_mapping(data_, size_, path);
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  forget_mapping(data_);
  ::munmap(const_cast<uint8_t*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void MappedFile::release(size_t begin, size_t size) const {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t first = (begin + page - 1) / page * page, last = (begin + size) / page * page;
  if (last > first) ::madvise(const_cast<uint8_t*>(data_) + first, last - first, MADV_DONTNEED);
}

std::string read_file(const std::filesystem::path& path) {
  // Read, not mapped: to take a mapping away, the system interrupts all other threads.
  const Descriptor file(path, O_RDONLY);
  std::string bytes(size_to_read(path, file), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.value(), &bytes[done], bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", path, errno, "check the disk, then run again");
    if (count == 0) break;  // it became shorter
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

std::string read_text(const std::filesystem::path& path) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF", kWindows = "\r\n";
  std::string text = read_file(path);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  std::string plain;
  for (size_t place = 0; place < text.size(); ++place) {
    if (text.compare(place, kWindows.size(), kWindows) != 0) plain += text[place];
  }
  return plain;
}

void check_replaceable(const std::filesystem::path& path, std::string_view beginning,
                       const std::string& kind) {
  std::error_code error;
  const std::filesystem::file_status there = std::filesystem::status(path, error);
  if (!std::filesystem::exists(there)) return;
  std::string found(beginning.size(), '\0');
  if (std::filesystem::is_regular_file(there)) {
    std::ifstream(path, std::ios::binary).read(found.data(), std::ssize(found));
  }
  if (found == beginning || std::filesystem::is_empty(path, error)) return;
  throw UsageError({path.string() + " is there and is not " + kind, "a new name, or " + kind,
                    std::filesystem::is_directory(there) ? "a folder" : "another file",
                    "choose another name, or remove it"});
}

void save_atomically(const std::filesystem::path& path, const FileWriter& writer) {
  const std::filesystem::path temporary = temporary_of(path);
  try {
    const Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    if (file.value() < 0) fail("write", path, errno, kWritable);
    writer([&](const void* data, size_t size) { file.write(path, data, size); });
    file.synchronize(path);
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail("replace", path, errno, kWritable);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  synchronize_folder(path);
}

bool link_atomically(const std::filesystem::path& same, const std::filesystem::path& path) {
  const std::filesystem::path temporary = temporary_of(path);
  ::unlink(temporary.c_str());
  if (::link(same.c_str(), temporary.c_str()) != 0) return false;
  const bool renamed = ::rename(temporary.c_str(), path.c_str()) == 0;
  ::unlink(temporary.c_str());  // still there where both were one file before
  if (renamed) synchronize_folder(path);
  return renamed;
}

void save_atomically(const std::filesystem::path& path, std::string_view bytes) {
  save_atomically(path, [&](const auto& write) { write(bytes.data(), bytes.size()); });
}

void append_file(const std::filesystem::path& path, std::string_view text) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (file.value() < 0) fail("write", path, errno, kWritable);
  file.write(path, text.data(), text.size());
}

FolderLock::FolderLock(const std::filesystem::path& folder)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail("open", folder, errno, "check the path and its permissions");
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(descriptor_);
  throw Locked({folder.string() + " is in use by another run", "", "",
                "wait until that one ends, or choose another --output"});
}

FolderLock::~FolderLock() { ::close(descriptor_); }

void make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) fail("create the folder", path, error.value(), kWritable);
}

}  // namespace stl10
