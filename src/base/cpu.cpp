#include "stl10/base/cpu.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace stl10 {
namespace {

namespace fs = std::filesystem;

/// Version 2: "200000 100000" or "max 100000". Version 1: two files, a quota of -1 where there is
/// none.
std::optional<double> quota_of(const fs::path& folder) {
  double quota = 0, period = 0;
  std::ifstream both(folder / "cpu.max");
  if (!both) {
    std::ifstream(folder / "cpu.cfs_quota_us") >> quota;
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  } else if (!(both >> quota >> period)) {
    return std::nullopt;
  }
  if (quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

int64_t allowed_cores() {
  // Machines may have more processors than a cpu_set_t holds; the kernel refuses too small a set.
  for (int processors = CPU_SETSIZE; processors <= 1 << 20; processors *= 2) {
    cpu_set_t* set = CPU_ALLOC(static_cast<size_t>(processors));
    const size_t size = CPU_ALLOC_SIZE(static_cast<size_t>(processors));
    const bool known = ::sched_getaffinity(0, size, set) == 0;
    const int count = known ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (known) return count;
  }
  return std::thread::hardware_concurrency();
}

}  // namespace

std::optional<double> cgroup_quota(const fs::path& root, std::string_view membership) {
  std::optional<double> least;
  std::istringstream lines{std::string(membership)};
  for (std::string line; std::getline(lines, line);) {  // "id:controllers:/path"
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool counts =
        controllers.empty() || ("," + controllers + ",").find(",cpu,") != std::string::npos;
    if (!counts) continue;
    // A container may see its own group as the root, so groups that aren't there are passed over.
    const fs::path mount = root / (controllers.empty() ? "" : controllers);
    for (fs::path group = fs::path(line.substr(second + 1)).relative_path();;
         group = group.parent_path()) {
      const std::optional<double> quota = quota_of(mount / group);
      if (quota) least = std::min(quota, least ? least : quota);
      if (group.empty()) break;
    }
  }
  return least;
}

int64_t usable_cores() {
  std::ifstream file("/proc/self/cgroup");
  std::ostringstream membership;
  membership << file.rdbuf();
  const std::optional<double> quota = cgroup_quota("/sys/fs/cgroup", membership.str());
  const int64_t cores = allowed_cores();
  return std::max<int64_t>(
      1, quota ? std::min<int64_t>(cores, std::llround(std::ceil(*quota))) : cores);
}

int64_t startable_threads(int64_t wanted) {
  std::promise<void> tried;
  const std::shared_future<void> end = tried.get_future().share();
  std::vector<std::thread> threads;
  try {
    while (static_cast<int64_t>(threads.size()) < wanted)
      threads.emplace_back([end] { end.wait(); });
  } catch (const std::system_error&) {
    // The limit: those that have been started are the answer.
  }
  tried.set_value();
  for (std::thread& thread : threads) thread.join();
  return static_cast<int64_t>(threads.size());
}

InstructionSet best_instruction_set() {
  const char* cap = std::getenv("ATEN_CPU_CAPABILITY");
  const std::string_view most = cap == nullptr ? "" : cap;
  if (most == "default") return InstructionSet::kBaseline;
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi2");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx512 && most != "avx2") return InstructionSet::kAvx512;
  return avx2 ? InstructionSet::kAvx2 : InstructionSet::kBaseline;
}

std::string_view name_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::kAvx512:
      return "AVX-512";
    case InstructionSet::kAvx2:
      return "AVX2";
    case InstructionSet::kBaseline:
      break;
  }
  return "baseline";
}

}  // namespace stl10
