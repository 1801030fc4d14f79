#pragma once

#include <cstdint>

namespace stl10 {

/// What this machine can do at best, measured: benchmarks are compared with it.
struct Ceilings {
  double gflops = 0;         ///< float32 fused multiply-adds, two operations each, in registers
  double copy_gb_per_s = 0;  ///< bytes read plus bytes written by copies far larger than caches
};

/// Takes about a second. @param threads ≥ 1.
Ceilings measure_ceilings(int64_t threads);

}  // namespace stl10
