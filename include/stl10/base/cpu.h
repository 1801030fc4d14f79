#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace stl10 {

/// Instruction sets for which hot loops are compiled; a higher one includes the lower ones.
enum class InstructionSet { kBaseline, kAvx2, kAvx512 };

/// The best instruction set of this processor and operating system (x86-64, x86-64-v3, x86-64-v4);
/// not above LibTorch's environment variable ATEN_CPU_CAPABILITY (default, avx2), so that one
/// variable makes two machines agree.
InstructionSet best_instruction_set();

/// How many cores this process may use: its affinity (taskset, SLURM) and the quota of its cgroups
/// (containers), rounded up. At least 1.
int64_t usable_cores();

/// How many of `wanted` further threads the system lets this process have at once: tried, since
/// limits (`ulimit -u`, the cgroup's pids.max) count what others have started, too.
int64_t startable_threads(int64_t wanted);

/// The smallest quota of CPU time, in cores, that a process's cgroups give it, or nothing.
/// @param root where the cgroup file systems are mounted, "/sys/fs/cgroup".
/// @param membership the content of /proc/self/cgroup (cgroups(7)).
std::optional<double> cgroup_quota(const std::filesystem::path& root, std::string_view membership);

/// Of what was compiled once for each instruction set (stl10/base/lanes.h), that for `set`.
template <class T>
T& compiled_for(InstructionSet set, T& baseline, T& avx2, T& avx512) {
  if (set == InstructionSet::kAvx512) return avx512;
  return set == InstructionSet::kAvx2 ? avx2 : baseline;
}

/// "baseline", "AVX2" or "AVX-512".
std::string_view name_of(InstructionSet set);

}  // namespace stl10
