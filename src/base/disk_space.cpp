#include "stl10/base/disk_space.h"

#include <cstdio>
#include <iterator>
#include <limits>
#include <system_error>

#include "stl10/base/error.h"

namespace stl10 {

std::string bytes_text(double bytes) {
  constexpr double kUnit = 1024;
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  while (bytes >= kUnit && unit + 1 < std::size(units)) {
    bytes /= kUnit;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.*f %s", unit == 0 || bytes >= 100 ? 0 : 1, bytes,
                units[unit]);
  return text;
}

std::filesystem::path existing_folder(std::filesystem::path path) {
  std::error_code ignored;
  path = std::filesystem::absolute(path, ignored);
  while (path.has_relative_path() && !std::filesystem::is_directory(path, ignored)) {
    path = path.parent_path();
  }
  return path;
}

int64_t free_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(existing_folder(path), error);
  constexpr auto kMost = static_cast<uintmax_t>(std::numeric_limits<int64_t>::max());
  return static_cast<int64_t>(error || space.available > kMost ? kMost : space.available);
}

void check_space(const std::filesystem::path& path, int64_t bytes, const std::string& what) {
  const int64_t available = free_bytes(path);
  if (available >= bytes) return;
  throw IoError({"there is no room for " + what + " at " + path.string(),
                 bytes_text(static_cast<double>(bytes)), bytes_text(static_cast<double>(available)),
                 "make room, or choose another place"});
}

}  // namespace stl10
