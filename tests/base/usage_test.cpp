#include "stl10/base/usage.h"

#include <gtest/gtest.h>

#include <vector>

#include "stl10/base/ceilings.h"

namespace stl10 {
namespace {

TEST(MemoryUse, GrowsByWhatIsTouched) {
  const int64_t before = memory_use().anonymous;
  const std::vector<char> block(size_t{64} << 20, 1);
  EXPECT_GE(memory_use().anonymous, before + (int64_t{48} << 20)) << block.size();
  EXPECT_GT(memory_use().mapped, 0) << "the program itself";
}

TEST(SecondsSinceStart, AreFewAndGoForward) {
  const double seconds = seconds_since_start();
  EXPECT_GE(seconds, 0);
  EXPECT_LT(seconds, 24 * 3600);
  EXPECT_GE(seconds_since_start(), seconds);
}

TEST(Ceilings, AreThoseOfSomeMachine) {
  const Ceilings ceilings = measure_ceilings(1);
  EXPECT_GT(ceilings.gflops, 0.01);
  EXPECT_LT(ceilings.gflops, 1000) << "of one core: the loop must not be optimized away";
  EXPECT_GT(ceilings.copy_gb_per_s, 0.01);
}

}  // namespace
}  // namespace stl10
