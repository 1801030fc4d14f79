#include <cstdint>

// The loops of the tests' own build: whatever it is compiled for, their baseline.
#define STL10_LOOPS lanes_test
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "stl10/base/lanes.h"

namespace stl10 {
namespace {

using namespace lanes_test;

TEST(Lanes, LoadAndStoreKeepFloats) {
  std::vector<float> from(kLanes + 1), to(kLanes + 1, -1);
  for (int i = 0; i <= kLanes; ++i) from[static_cast<size_t>(i)] = 0.1f * static_cast<float>(i);
  store(to.data() + 1, load(from.data() + 1));  // aligned to nothing
  EXPECT_EQ(to[0], -1);
  for (size_t i = 1; i < to.size(); ++i) EXPECT_EQ(to[i], from[i]);
}

TEST(Lanes, Bfloat16IsRoundedToTheNearestTiesToEven) {
  struct {
    float value;
    uint16_t bits;
  } const cases[] = {{1, 0x3F80},
                     {std::bit_cast<float>(0x3F808000u), 0x3F80},  // between two: the even one
                     {std::bit_cast<float>(0x3F818000u), 0x3F82},
                     {std::bit_cast<float>(0x3F808001u), 0x3F81},
                     {-2.5f, 0xC020},
                     {std::numeric_limits<float>::infinity(), 0x7F80}};
  for (const auto& [value, bits] : cases) {
    std::vector<uint16_t> stored(kLanes);
    store(stored.data(), Vector{} + value);
    for (const uint16_t one : stored) EXPECT_EQ(one, bits) << value;
    EXPECT_EQ(load(stored.data())[0], std::bit_cast<float>(uint32_t{bits} << 16));
    EXPECT_EQ(to_float(bits), std::bit_cast<float>(uint32_t{bits} << 16));
  }
}

TEST(Lanes, SumsAreDoubles) {
  std::vector<double> sums(kLanes, 1e9);
  add_to(sums.data(), Vector{} + 0.5f);
  for (const double sum : sums) EXPECT_EQ(sum, 1e9 + 0.5);
}

TEST(Lanes, APermutationTakesEachLaneFromWhereItSays) {
  alignas(64) int32_t lanes[kLanes];
  Vector v{};
  for (int i = 0; i < kLanes; ++i) {
    lanes[i] = (5 * i + 3) % kLanes;
    v[i] = static_cast<float>(i * i);
  }
  const Vector permuted = permute(v, lanes);
  for (int i = 0; i < kLanes; ++i) EXPECT_EQ(permuted[i], v[lanes[i]]);
}

TEST(Lanes, AGatherTakesEachLaneFromWhereItSays) {
  std::vector<float> values(100);
  int32_t lanes[kLanes];
  for (int i = 0; i < 100; ++i) values[static_cast<size_t>(i)] = static_cast<float>(i * i);
  for (int i = 0; i < kLanes; ++i) lanes[i] = (37 * i + 99) % 100;
  const Vector gathered = gather(values.data(), lanes);
  for (int i = 0; i < kLanes; ++i) EXPECT_EQ(gathered[i], values[static_cast<size_t>(lanes[i])]);
}

TEST(Lanes, ComparisonsChooseLaneByLane) {
  Vector a{}, b{};
  for (int i = 0; i < kLanes; ++i) {
    a[i] = static_cast<float>(i % 3);
    b[i] = 1;
  }
  const Truth truth = greater(a, b);
  const Vector chosen = choose(truth, a, -b);
  const IntVector ones = ones_of(bits_of(truth));
  for (int i = 0; i < kLanes; ++i) {
    EXPECT_EQ(chosen[i], i % 3 == 2 ? 2 : -1) << i;
    EXPECT_EQ(ones[i], i % 3 == 2 ? 1 : 0) << i;
    EXPECT_EQ((bits_of(truth) >> i) & 1, i % 3 == 2 ? 1 : 0) << i;
  }
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(bits_of(greater(Vector{} + nan, b)), 0) << "nothing is greater than NaN, nor NaN";
}

TEST(Lanes, PickTakesOneOfFour) {
  alignas(16) const float quad[4] = {10, 11, 12, 13};
  IntVector which{};
  for (int i = 0; i < kLanes; ++i) which[i] = (i * 3) % 4;
  const Vector picked = pick(quad, which);
  for (int i = 0; i < kLanes; ++i) EXPECT_EQ(picked[i], quad[(i * 3) % 4]);
}

}  // namespace
}  // namespace stl10

#undef STL10_LOOPS
