#include "stl10/base/philox.h"

#include <gtest/gtest.h>

#include <set>

namespace stl10 {
namespace {

// The three vectors of Random123's kat_vectors file for philox4x32-10.
TEST(Philox, MatchesThePublishedVectors) {
  const PhiloxBlock zero = philox4x32({{0, 0, 0, 0}}, 0);
  EXPECT_EQ(zero.word[0], 0x6627e8d5u);
  EXPECT_EQ(zero.word[1], 0xe169c58du);
  EXPECT_EQ(zero.word[2], 0xbc57ac4cu);
  EXPECT_EQ(zero.word[3], 0x9b00dbd8u);
  const PhiloxBlock ones = philox4x32({{~0u, ~0u, ~0u, ~0u}}, ~0ull);
  EXPECT_EQ(ones.word[0], 0x408f276du);
  EXPECT_EQ(ones.word[1], 0x41c83b0eu);
  EXPECT_EQ(ones.word[2], 0xa20bc7c6u);
  EXPECT_EQ(ones.word[3], 0x6d5451fdu);
  const PhiloxBlock pi =
      philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0x299f31d0a4093822ull);
  EXPECT_EQ(pi.word[0], 0xd16cfe09u);
  EXPECT_EQ(pi.word[1], 0x94fdcceb);
  EXPECT_EQ(pi.word[2], 0x5001e420u);
  EXPECT_EQ(pi.word[3], 0x24126ea1u);
}

TEST(Philox, StreamsOfDifferentNamesDiffer) {
  std::set<uint32_t> first;
  for (const StreamId& id :
       {StreamId{Purpose::kShuffle, 0, 0, 0}, StreamId{Purpose::kInit, 0, 0, 0},
        StreamId{Purpose::kShuffle, 1, 0, 0}, StreamId{Purpose::kShuffle, 0, 1, 0},
        StreamId{Purpose::kShuffle, 0, 0, 1}}) {
    first.insert(Philox(7, id).bits());
  }
  first.insert(Philox(8, {}).bits());
  EXPECT_EQ(first.size(), 6u);
}

TEST(Philox, BelowIsUniform) {
  Philox random(3, {Purpose::kSplit, 0, 0, 0});
  int counts[7] = {};
  for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 450);  // 4.9 standard deviations
}

TEST(Philox, UniformStaysInItsRange) {
  Philox random(3, {Purpose::kAugment, 0, 0, 0});
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const float value = random.uniform(-2, 3);
    ASSERT_GE(value, -2);
    ASSERT_LT(value, 3);
    sum += value;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.06);
}

TEST(Philox, NormalPairsHaveMeanZeroAndDeviationOne) {
  Philox random(5, {Purpose::kNoise, 0, 0, 0});
  double sum = 0, squares = 0;
  for (int i = 0; i < 20000; ++i) {
    float a = 0, b = 0;
    const uint32_t first = random.bits();
    normal_pair(first, random.bits(), &a, &b);
    sum += a + b;
    squares += a * a + b * b;
  }
  EXPECT_NEAR(sum / 40000, 0, 0.02);
  EXPECT_NEAR(squares / 40000, 1, 0.03);
}

}  // namespace
}  // namespace stl10
