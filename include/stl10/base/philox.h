#pragma once

#include <cmath>
#include <cstdint>

#include "stl10/base/portable.h"

/// Counter-based random numbers: Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
/// numbers: as easy as 1, 2, 3" (SC'11). Every draw is a pure function of (seed, purpose, epoch,
/// sample, view, position), so it depends neither on threads nor on the order of a batch.
namespace stl10 {

/// What a stream of draws is for; streams of different purposes never overlap.
enum class Purpose : uint8_t {
  kShuffle,
  kSplit,
  kAugment,
  kNoise,
  kInit,
  kDropout,
  kToy,
  kSubset,
  kClusters,
  kBootstrap
};

/// Names one stream of draws: 2^34 numbers long, independent of every other stream.
struct StreamId {
  Purpose purpose = Purpose::kShuffle;
  uint32_t epoch = 0;
  uint32_t sample = 0;
  uint32_t view = 0;  ///< below 2^24
};

struct PhiloxBlock {
  uint32_t word[4];
};

inline constexpr uint32_t kPhiloxFactor0 = 0xD2511F53, kPhiloxFactor1 = 0xCD9E8D57;
inline constexpr uint32_t kPhiloxKeyStep0 = 0x9E3779B9, kPhiloxKeyStep1 = 0xBB67AE85;

/// Ten rounds of Philox4x32 on `counter` under `key`.
STL10_HD PhiloxBlock philox4x32(PhiloxBlock counter, uint64_t key) {
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{kPhiloxFactor0} * counter.word[0];
    const uint64_t p1 = uint64_t{kPhiloxFactor1} * counter.word[2];
    counter = {{static_cast<uint32_t>(p1 >> 32) ^ counter.word[1] ^ k0, static_cast<uint32_t>(p1),
                static_cast<uint32_t>(p0 >> 32) ^ counter.word[3] ^ k1, static_cast<uint32_t>(p0)}};
    k0 += kPhiloxKeyStep0;
    k1 += kPhiloxKeyStep1;
  }
  return counter;
}

/// The block of four words at position `index` of a stream.
STL10_HD PhiloxBlock stream_block(uint64_t seed, const StreamId& id, uint32_t index) {
  const uint32_t purpose_view = static_cast<uint32_t>(id.purpose) | (id.view << 8);
  return philox4x32({{index, id.sample, id.epoch, purpose_view}}, seed);
}

/// A word as a float in [0, 1): its upper 24 bits times 2^-24.
STL10_HD float unit_float(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

/// Two words as two independent standard normal floats (Box and Muller 1958).
STL10_HD void normal_pair(uint32_t a, uint32_t b, float* first, float* second) {
  const float radius = std::sqrt(-2.0f * std::log(1.0f - unit_float(a)));
  const float angle = 6.28318530717958647692f * unit_float(b);
  *first = radius * std::cos(angle);
  *second = radius * std::sin(angle);
}

/// Reads one stream in order.
class Philox {
 public:
  STL10_HD Philox(uint64_t seed, const StreamId& id) : seed_(seed), id_(id) {}

  /// The next 32 random bits.
  STL10_HD uint32_t bits() {
    if (used_ == 4) {
      block_ = stream_block(seed_, id_, index_++);
      used_ = 0;
    }
    return block_.word[used_++];
  }

  /// Uniform in [0, 1).
  STL10_HD float uniform() { return unit_float(bits()); }

  /// Uniform in [low, high).
  STL10_HD float uniform(float low, float high) { return low + (high - low) * uniform(); }

  /// Uniform in {0, …, count − 1}, without bias (rejection); count ≥ 1.
  STL10_HD uint32_t below(uint32_t count) {
    const uint32_t unfair = (0u - count) % count;
    uint32_t word = bits();
    while (word < unfair) word = bits();
    return word % count;
  }

 private:
  uint64_t seed_;
  StreamId id_;
  PhiloxBlock block_{};
  uint32_t index_ = 0;
  int used_ = 4;
};

}  // namespace stl10
