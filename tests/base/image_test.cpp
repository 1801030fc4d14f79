#include "stl10/base/image.h"

#include <gtest/gtest.h>

#include <set>

namespace stl10 {
namespace {

TEST(Image, StoredOffsetsAreColumnMajorAndEachIsUsedOnce) {
  EXPECT_EQ(stored_offset(0, 0, 0), 0);
  EXPECT_EQ(stored_offset(0, 1, 0), 1) << "down a column first";
  EXPECT_EQ(stored_offset(0, 0, 1), 96);
  EXPECT_EQ(stored_offset(1, 0, 0), 96 * 96);
  std::set<int> offsets;
  for (int c = 0; c < kChannels; ++c) {
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) offsets.insert(stored_offset(c, y, x));
    }
  }
  EXPECT_EQ(offsets.size(), static_cast<size_t>(kImageBytes));
  EXPECT_EQ(*offsets.rbegin(), kImageBytes - 1);
}

TEST(Image, AViewFindsItsImages) {
  const uint8_t bytes[2 * kImageBytes] = {};
  const ImageView view{bytes, 2};
  EXPECT_EQ(view.image(0), bytes);
  EXPECT_EQ(view.image(1), bytes + kImageBytes);
}

}  // namespace
}  // namespace stl10
