#pragma once

#include <immintrin.h>

#include <cstdint>

#include "stl10/base/philox.h"

/// Philox for many blocks at once, for sources that are compiled once for each instruction set
/// (stl10/base/lanes.h says how).
#ifdef STL10_LOOPS

namespace stl10::STL10_LOOPS {
namespace {

#if defined(__AVX512F__)
constexpr int kWideLanes = 8;
#elif defined(__AVX2__)
constexpr int kWideLanes = 4;
#else
constexpr int kWideLanes = 2;
#endif

/// A word of one block in each lane. Products of 32 by 32 bits are 64 bits wide, and multiplication
/// reads the lower half of a lane alone: what a round leaves in the upper one needs no clearing.
using WideLanes __attribute__((vector_size(8 * kWideLanes), may_alias)) = uint64_t;

struct WideBlocks {
  WideLanes word[4];
};

__attribute__((always_inline)) inline WideLanes wide_product(WideLanes a, uint32_t factor) {
#if defined(__AVX512F__)
  // The unmasked form warns about GCC's own header (GCC bug 105593).
  return reinterpret_cast<WideLanes>(
      _mm512_maskz_mul_epu32(0xFF, reinterpret_cast<__m512i>(a), _mm512_set1_epi64(factor)));
#elif defined(__AVX2__)
  return reinterpret_cast<WideLanes>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(a), _mm256_set1_epi64x(factor)));
#else
  return reinterpret_cast<WideLanes>(
      _mm_mul_epu32(reinterpret_cast<__m128i>(a), _mm_set1_epi64x(factor)));
#endif
}

__attribute__((always_inline)) inline void philox_round(WideBlocks& blocks, uint64_t k0,
                                                        uint64_t k1) {
  const WideLanes p0 = wide_product(blocks.word[0], kPhiloxFactor0);
  const WideLanes p1 = wide_product(blocks.word[2], kPhiloxFactor1);
  blocks = {{(p1 >> 32) ^ blocks.word[1] ^ k0, p1, (p0 >> 32) ^ blocks.word[3] ^ k1, p0}};
}

/// `stream_block` of the positions index to index + count − 1; count is a multiple of 16. Word i of
/// block j goes to words[i * count + j].
__attribute__((always_inline)) inline void stream_blocks(uint64_t seed, const StreamId& id,
                                                         uint32_t index, int count,
                                                         uint32_t* words) {
  const uint64_t purpose_view = static_cast<uint32_t>(id.purpose) | (id.view << 8);
  WideLanes lane;
  for (int i = 0; i < kWideLanes; ++i) lane[i] = static_cast<uint64_t>(2 * i);
  for (int j = 0; j < count; j += 2 * kWideLanes) {
    const WideLanes first = lane + (uint64_t{index} + static_cast<uint64_t>(j));
    WideBlocks even{
        {first, WideLanes{} + id.sample, WideLanes{} + id.epoch, WideLanes{} + purpose_view}};
    WideBlocks odd = even;
    odd.word[0] += 1;
    uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      philox_round(even, k0, k1);
      philox_round(odd, k0, k1);
      k0 += kPhiloxKeyStep0;
      k1 += kPhiloxKeyStep1;
    }
    for (int i = 0; i < 4; ++i) {
      const WideLanes both = (even.word[i] & 0xFFFFFFFFu) | (odd.word[i] << 32);
      __builtin_memcpy(words + i * count + j, &both, sizeof both);
    }
  }
}

}  // namespace
}  // namespace stl10::STL10_LOOPS

#endif
