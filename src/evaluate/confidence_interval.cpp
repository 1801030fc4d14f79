#include "stl10/evaluate/confidence_interval.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>

namespace stl10 {

ConfidenceInterval wilson_interval(int64_t hits, int64_t n) {
  constexpr double kNormal95 = 1.959963984540054;
  TORCH_CHECK(n > 0 && hits >= 0 && hits <= n, "a share needs images");
  const auto count = static_cast<double>(n);
  const double p = static_cast<double>(hits) / count, z2 = kNormal95 * kNormal95 / count;
  const double centre = (p + z2 / 2) / (1 + z2);
  const double half = kNormal95 * std::sqrt(p * (1 - p) / count + z2 / (4 * count)) / (1 + z2);
  return {.low = std::max(0.0, centre - half), .high = std::min(1.0, centre + half)};
}

}  // namespace stl10
