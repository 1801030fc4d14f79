#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stl10 {

/// A view and a large one that it is compared with, both by their number; large views come first.
struct ViewPair {
  int64_t view = 0, large = 0;
};

/// How many views are made of each image.
struct ViewCounts {
  int64_t large = 2, small = 0;

  int64_t all() const { return large + small; }

  /// Every view with every large one but itself: L·(L + S − 1) pairs, by views.
  std::vector<ViewPair> directed_pairs() const;

  /// The same with each pair of large views once, its later one as `view`.
  std::vector<ViewPair> pairs() const;
};

/// "2" or "2+4". @throws ConfigError unless there are two large ones at least, and 64 at most.
ViewCounts parse_view_counts(const std::string& text);

}  // namespace stl10
