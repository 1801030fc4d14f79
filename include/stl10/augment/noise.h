#pragma once

#include <cstdint>
#include <cstring>

#include "stl10/base/image.h"
#include "stl10/base/philox.h"
#include "stl10/base/portable.h"

/// Gaussian noise: one normal number for every value of a view. A Philox block of four words gives
/// eight of them, one per 16 bits. Four rows of a view (a group) take B blocks, 144 at a side of
/// 96; half h of the group's block j belongs to the group's value B·h + j in the order row,
/// channel, column, so that blocks and values run alongside in vectors. What goes beyond the view
/// is left.
namespace stl10 {

inline constexpr int kNoiseGroupRows = 4;
inline constexpr int kNoiseHalves = 8;

/// Groups of a view of `side` pixels.
STL10_HD constexpr int noise_groups(int side) {
  return (side + kNoiseGroupRows - 1) / kNoiseGroupRows;
}

/// Blocks of a group: enough for its values, and a multiple of 16.
STL10_HD constexpr int noise_group_blocks(int side) {
  constexpr int kAtOnce = 16;
  const int values = kNoiseGroupRows * kChannels * side;
  return (values + kAtOnce * kNoiseHalves - 1) / (kAtOnce * kNoiseHalves) * kAtOnce;
}

/// A value of a view.
struct ValuePlace {
  int c, y, x;
};

/// Where half `half` (0 to 7) of noise block `block` of a view belongs; y is `side` or more where
/// it belongs nowhere.
STL10_HD ValuePlace noise_place(int block, int half, int side) {
  const int blocks = noise_group_blocks(side);
  const int row = (half * blocks + block % blocks) / side;
  if (row >= kNoiseGroupRows * kChannels) return {0, side, 0};
  return {row % kChannels, block / blocks * kNoiseGroupRows + row / kChannels,
          (half * blocks + block % blocks) % side};
}

/// 16 bits of a block: the lower ones of word 0, the upper ones, then word 1, …
STL10_HD uint32_t noise_half(const PhiloxBlock& block, int half) {
  return (block.word[half / 2] >> (16 * (half % 2))) & 0xFFFFu;
}

/// log2 of a positive normal float within 1.2e-4: its bits as a number are the exponent and, where
/// the logarithm is curved, a straight line; a polynomial that is exact at both ends bends it.
STL10_HD float rough_log2(float value) {
  int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const int32_t mantissa_bits = (bits & 0x007FFFFF) | 0x3F800000;
  float f;
  std::memcpy(&f, &mantissa_bits, sizeof f);
  f -= 1.0f;
  const float bend = (0.08212932f * f - 0.23905655f) * f + 0.43872531f;
  return (static_cast<float>(bits) * 0x1p-23f - 127.0f) + (f - f * f) * bend;
}

/// The standard normal quantile of (half + ½) / 2^16, within 3.1e-4; half below 2^16. With t = 2u −
/// 1 the quantile is t times a smooth function of log(1 − t²) (Giles 2012, "Approximating the
/// erfinv function"); the polynomial is a minimax fit over all 2^16 points. Mean 0, variance
/// 0.9999, and nothing beyond ±4.33.
STL10_HD float normal_of_half(uint32_t half) {
  const float low = static_cast<float>(static_cast<int32_t>(2 * half + 1)) * 0x1p-16f;  // 1 + t
  const float depth = -rough_log2(low * (2.0f - low));
  float factor = -1.76859341e-06f;
  factor = factor * depth + 8.77219535e-05f;
  factor = factor * depth - 1.57220319e-03f;
  factor = factor * depth + 8.24478291e-03f;
  factor = factor * depth + 2.28374373e-01f;
  factor = factor * depth + 1.25227878f;
  return (low - 1.0f) * factor;
}

}  // namespace stl10
