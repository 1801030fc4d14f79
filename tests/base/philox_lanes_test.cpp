#define STL10_LOOPS philox_lanes_test
#include "stl10/base/philox_lanes.h"

#include <gtest/gtest.h>

#include <vector>

namespace stl10 {
namespace {

TEST(PhiloxLanes, ManyBlocksAreTheSameAsOneByOne) {
  const StreamId id{Purpose::kNoise, 3, 1'000'000'007, 0xABCDEF};
  for (const uint64_t seed : {uint64_t{0}, ~uint64_t{0}, uint64_t{0x123456789ABCDEF0}}) {
    for (const uint32_t index : {0u, 5u, 0x7FFFFFF0u}) {
      for (const int count : {16, 48}) {
        std::vector<uint32_t> words(4 * static_cast<size_t>(count));
        philox_lanes_test::stream_blocks(seed, id, index, count, words.data());
        for (int j = 0; j < count; ++j) {
          const PhiloxBlock block = stream_block(seed, id, index + static_cast<uint32_t>(j));
          for (int i = 0; i < 4; ++i) {
            ASSERT_EQ(words[static_cast<size_t>(i * count + j)], block.word[i]) << i << " of " << j;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace stl10

#undef STL10_LOOPS
