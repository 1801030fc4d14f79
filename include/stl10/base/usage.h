#pragma once

#include <cstdint>

/// What this process has used, as the kernel says. Linux alone; 0 elsewhere.
namespace stl10 {

/// Bytes in memory now: those of the process itself, and those of files that it maps.
struct MemoryUse {
  int64_t anonymous = 0, mapped = 0;
};

MemoryUse memory_use();

/// Since the process started, to a hundredth of a second.
double seconds_since_start();

}  // namespace stl10
