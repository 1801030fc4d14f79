#include "stl10/base/ceilings.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(Ceilings, AreThoseOfAMachine) {
  const Ceilings ceilings = measure_ceilings(1);
  // From a tenth of what processors had in 2008 to what no core will have for a while.
  EXPECT_GT(ceilings.gflops, 0.5);
  EXPECT_LT(ceilings.gflops, 1e4);
  EXPECT_GT(ceilings.copy_gb_per_s, 0.05);
  EXPECT_LT(ceilings.copy_gb_per_s, 1e4);
}

}  // namespace
}  // namespace stl10
