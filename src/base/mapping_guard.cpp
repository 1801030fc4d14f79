#include "stl10/base/mapping_guard.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <mutex>
#include <string>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

/// A watched mapping and what to say when it is lost. A signal handler can reach nothing but
/// statics, and may not allocate, so the line is ready before.
struct Watch {
  std::atomic<const uint8_t*> begin = nullptr;
  size_t size = 0;
  std::array<char, 1024> line{};
};

// The few files of a data set, and one that is read at the moment; more are simply not watched.
std::array<Watch, 16> watches;
std::mutex watches_mutex;

void report_lost_file(int, siginfo_t* info, void*) {
  const auto* address = static_cast<const uint8_t*>(info->si_addr);
  for (const Watch& watch : watches) {
    const uint8_t* begin = watch.begin.load();
    if (begin == nullptr || address < begin || address >= begin + watch.size) continue;
    const ssize_t ignored =
        ::write(STDERR_FILENO, watch.line.data(), std::strlen(watch.line.data()));
    (void)ignored;
    ::_exit(1);
  }
  std::signal(SIGBUS, SIG_DFL);  // not ours: the access is repeated and ends the process
}

void install_handler() {
  struct sigaction action {};
  action.sa_sigaction = report_lost_file;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace

void watch_mapping(const uint8_t* data, size_t size, const std::filesystem::path& path) {
  static std::once_flag installed;
  std::call_once(installed, install_handler);
  const std::string line =
      (::isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "") + std::string("stl10: error: ") +
      to_line({path.string() + " was cut while it was read", std::to_string(size) + " bytes",
               "fewer", "get the file again; what was saved before is sound"}) +
      "\n";
  const std::lock_guard lock(watches_mutex);
  for (Watch& watch : watches) {
    if (watch.begin.load() != nullptr) continue;
    watch.size = size;
    watch.line.fill('\0');
    line.copy(watch.line.data(), watch.line.size() - 1);
    watch.begin.store(data);
    return;
  }
}

void forget_mapping(const uint8_t* data) {
  const std::lock_guard lock(watches_mutex);
  for (Watch& watch : watches) {
    if (watch.begin.load() == data) watch.begin.store(nullptr);
  }
}

}  // namespace stl10
