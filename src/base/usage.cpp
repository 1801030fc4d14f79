#include "stl10/base/usage.h"

#include <time.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace stl10 {

MemoryUse memory_use() {
  MemoryUse use;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string name;
    int64_t kibibytes = 0;
    if (!(words >> name >> kibibytes)) continue;
    if (name == "RssAnon:") use.anonymous = 1024 * kibibytes;
    if (name == "RssFile:") use.mapped = 1024 * kibibytes;
  }
  return use;
}

double seconds_since_start() {
  std::ifstream file("/proc/self/stat");
  std::string stat;
  std::getline(file, stat);
  // The second word, the program's name in brackets, may hold anything; the start is word 22.
  std::istringstream words(stat.substr(stat.rfind(')') + 1));
  std::string word;
  for (int place = 3; place <= 22; ++place) words >> word;
  timespec now{};
  if (!words || ::clock_gettime(CLOCK_BOOTTIME, &now) != 0) return 0;
  const double started = std::stod(word) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec) - started;
}

}  // namespace stl10
