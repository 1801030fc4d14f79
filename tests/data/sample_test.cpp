#include "stl10/data/sample.h"

#include <gtest/gtest.h>

#include <set>

namespace stl10 {
namespace {

TEST(RandomSample, FewerAreTheBeginningOfMoreAndNoneComesTwice) {
  const std::vector<int64_t> all = random_sample(100, 1000, 3), some = random_sample(100, 30, 3);
  EXPECT_EQ(std::set<int64_t>(all.begin(), all.end()).size(), 100u);
  EXPECT_EQ(some, std::vector<int64_t>(all.begin(), all.begin() + 30));
  EXPECT_NE(some, random_sample(100, 30, 4));
  EXPECT_TRUE(random_sample(0, 5, 0).empty());
  EXPECT_TRUE(random_sample(5, 0, 0).empty());
}

}  // namespace
}  // namespace stl10
