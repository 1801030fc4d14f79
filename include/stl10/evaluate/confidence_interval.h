#pragma once

#include <cstdint>

namespace stl10 {

/// Two ends of an interval.
struct ConfidenceInterval {
  double low = 0, high = 0;
};

/// 95 % interval of a share (Wilson 1927, without continuity correction).
/// @param hits 0 to n. @param n at least 1.
ConfidenceInterval wilson_interval(int64_t hits, int64_t n);

}  // namespace stl10
