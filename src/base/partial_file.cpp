#include "stl10/base/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "stl10/base/error.h"
#include "stl10/base/file.h"

namespace stl10 {
namespace {

[[noreturn]] void cannot(const std::string& action, const std::filesystem::path& path,
                         const std::string& next) {
  throw IoError(
      {"cannot " + action + " " + path.string(), "", std::generic_category().message(errno), next});
}

int open_locked(const std::filesystem::path& path) {
  if (path.has_parent_path()) make_folder(path.parent_path());
  // Non-blocking: a named pipe is refused instead of waited for.
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
  if (descriptor < 0) cannot("write", path, "choose a folder that you may write to");
  // On file systems without locks nobody is kept out.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return descriptor;
  ::close(descriptor);
  throw Locked({"another stl10 works on " + path.string(), "", "", "wait until it has ended"});
}

}  // namespace

PartialFile::PartialFile(const std::filesystem::path& path)
    : path_(path), descriptor_(open_locked(path)) {
  struct stat info {};
  if (::fstat(descriptor_, &info) == 0 && S_ISREG(info.st_mode)) {
    size_ = info.st_size;
    return;
  }
  ::close(descriptor_);
  throw IoError({"cannot write " + path.string(), "a file", "something else", "move it away"});
}

PartialFile::~PartialFile() {
  if (size_ == 0) ::unlink(path_.c_str());
  ::close(descriptor_);
}

void PartialFile::cut(int64_t size) {
  if (::ftruncate(descriptor_, size) != 0) cannot("cut", path_, "remove it, then run this again");
  size_ = size;
}

void PartialFile::append(const void* data, size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::pwrite(descriptor_, bytes, size, size_);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) cannot("write", path_, "make room, then run this again: it goes on there");
    bytes += written;
    size -= static_cast<size_t>(written);
    size_ += written;
  }
}

}  // namespace stl10
