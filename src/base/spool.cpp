#include "stl10/base/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "stl10/base/disk_space.h"
#include "stl10/base/error.h"

namespace stl10 {
namespace {

[[noreturn]] void spool_failure(const std::string& action, const std::filesystem::path& folder) {
  throw IoError({"cannot " + action + " a temporary file in " + folder.string(), "",
                 std::generic_category().message(errno),
                 "free disk space or choose another folder"});
}

}  // namespace

Spool::Spool(const std::filesystem::path& output) : folder_(existing_folder(output)) {
  std::string name = (folder_ / ".stl10-XXXXXX").string();
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) spool_failure("make", folder_);
  ::unlink(name.c_str());
}

Spool::~Spool() { ::close(descriptor_); }

void Spool::append(const void* data, size_t size) {
  for (size_t done = 0; done < size;) {
    const ssize_t written =
        ::write(descriptor_, static_cast<const char*>(data) + done, size - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) spool_failure("write", folder_);
    done += static_cast<size_t>(written);
  }
  size_ += size;
}

void Spool::read(size_t begin, void* data, size_t size) const {
  if (size > size_ || begin > size_ - size) {
    errno = ERANGE;
    spool_failure("read", folder_);
  }
  for (size_t done = 0; done < size;) {
    const ssize_t got = ::pread(descriptor_, static_cast<char*>(data) + done, size - done,
                                static_cast<off_t>(begin + done));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = EIO;
    if (got <= 0) spool_failure("read", folder_);
    done += static_cast<size_t>(got);
  }
}

}  // namespace stl10
