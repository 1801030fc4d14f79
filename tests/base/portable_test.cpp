#include "stl10/base/portable.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

STL10_HD constexpr int doubled(int value) { return 2 * value; }

TEST(Portable, AFunctionForBothMachinesIsAnOrdinaryOneHere) {
  static_assert(doubled(21) == 42);
  int (*const pointer)(int) = doubled;
  EXPECT_EQ(pointer(-1), -2);
}

}  // namespace
}  // namespace stl10
