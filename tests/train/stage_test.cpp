#include "stl10/train/stage.h"

#include <gtest/gtest.h>

#include <set>

namespace stl10 {
namespace {

TEST(Stage, EachHasANameOfItsOwnInTheOrderOfAStep) {
  EXPECT_EQ(kStageNames[static_cast<size_t>(Stage::kLoad)], "loader");
  EXPECT_EQ(kStageNames[static_cast<size_t>(Stage::kBackward)], "backward");
  EXPECT_EQ(static_cast<size_t>(Stage::kOptimize) + 1, kStageNames.size());
  EXPECT_EQ(std::set(kStageNames.begin(), kStageNames.end()).size(), kStageNames.size());
}

TEST(Stage, NobodyNeedsToListen) {
  const StageEnd ended = unobserved;
  EXPECT_NO_THROW(ended(Stage::kForward));
}

}  // namespace
}  // namespace stl10
