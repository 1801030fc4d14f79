#include "stl10/tasks/view_counts.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

std::set<std::pair<int64_t, int64_t>> as_set(const std::vector<ViewPair>& pairs) {
  std::set<std::pair<int64_t, int64_t>> set;
  for (const ViewPair& pair : pairs) set.emplace(pair.view, pair.large);
  EXPECT_EQ(set.size(), pairs.size());
  return set;
}

TEST(ViewCounts, AreReadFromTheirText) {
  EXPECT_EQ(parse_view_counts("2").all(), 2);
  const ViewCounts counts = parse_view_counts("3+4");
  EXPECT_EQ(counts.large, 3);
  EXPECT_EQ(counts.small, 4);
  for (const char* text : {"", "1", "0+2", "+2", "2+", "2+-1", "2+x", "2 + 1", "-2", "2+2+2", "65",
                           "99999999999999999999"}) {
    EXPECT_THROW(parse_view_counts(text), ConfigError) << text;
  }
}

TEST(ViewCounts, EveryViewMeetsTheLargeOnesButItself) {
  using Pairs = std::set<std::pair<int64_t, int64_t>>;
  const ViewCounts two{.large = 2, .small = 0}, more{.large = 2, .small = 1};
  EXPECT_EQ(as_set(two.directed_pairs()), (Pairs{{0, 1}, {1, 0}}));
  EXPECT_EQ(as_set(two.pairs()), (Pairs{{1, 0}}));
  EXPECT_EQ(as_set(more.directed_pairs()), (Pairs{{0, 1}, {1, 0}, {2, 0}, {2, 1}}));
  EXPECT_EQ(as_set(more.pairs()), (Pairs{{1, 0}, {2, 0}, {2, 1}}));
}

}  // namespace
}  // namespace stl10
