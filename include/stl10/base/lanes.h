#pragma once

#include <immintrin.h>

#include <cstdint>

/// Vectors as wide as an instruction set has them, for hot loops that are compiled once for each
/// set: a source `X_loops.inc` is included by `X_loops_baseline.cpp`, `X_loops_avx2.cpp` and
/// `X_loops_avx512.cpp`, each with another STL10_LOOPS (the namespace) and other compiler flags
/// (src/CMakeLists.txt), and a function that takes an InstructionSet picks one at run time.
/// Everything in such a source lives in that namespace or is always inlined, and nothing of the
/// standard library is called: a copy of an inline function compiled for AVX-512 must never be the
/// one that the linker keeps for the whole program.
#ifdef STL10_LOOPS

namespace stl10::STL10_LOOPS {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#else
constexpr int kLanes = 8;  // on the baseline two vectors of four
#endif

/// The vectors that may be summed at once, each in four places, without leaving the registers.
#if defined(__AVX512F__)
constexpr int kMostWays = 4;
#elif defined(__AVX2__)
constexpr int kMostWays = 2;
#else
constexpr int kMostWays = 1;
#endif
constexpr int kFewerWays = (kMostWays + 1) / 2;

using Vector __attribute__((vector_size(4 * kLanes), may_alias)) = float;
using IntVector __attribute__((vector_size(4 * kLanes), may_alias)) = int32_t;
using HalfVector __attribute__((vector_size(2 * kLanes), may_alias)) = uint16_t;

#define STL10_INLINE __attribute__((always_inline)) inline

/// kLanes values from memory that is aligned to none of them, float or the bits of bfloat16.
STL10_INLINE Vector load(const float* from) {
  Vector v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
STL10_INLINE Vector load(const uint16_t* from) {
  HalfVector half;
  __builtin_memcpy(&half, from, sizeof half);
  return reinterpret_cast<Vector>(__builtin_convertvector(half, IntVector) << 16);
}

STL10_INLINE void store(float* to, Vector v) { __builtin_memcpy(to, &v, sizeof v); }
/// Rounds to the nearest bfloat16, ties to even.
STL10_INLINE void store(uint16_t* to, Vector v) {
  const IntVector bits = reinterpret_cast<IntVector>(v);
  const IntVector rounded = bits + 0x7FFF + ((bits >> 16) & 1);
  const HalfVector half = __builtin_convertvector(rounded >> 16, HalfVector);
  __builtin_memcpy(to, &half, sizeof half);
}

/// Adds to as many doubles.
STL10_INLINE void add_to(double* sums, Vector v) {
  using DoubleVector __attribute__((vector_size(8 * kLanes))) = double;
  DoubleVector sum;
  __builtin_memcpy(&sum, sums, sizeof sum);
  sum += __builtin_convertvector(v, DoubleVector);
  __builtin_memcpy(sums, &sum, sizeof sum);
}

STL10_INLINE float to_float(float value) { return value; }
STL10_INLINE float to_float(uint16_t bits) {
  const uint32_t wide = uint32_t{bits} << 16;
  float value;
  __builtin_memcpy(&value, &wide, sizeof value);
  return value;
}

/// What compares lanes: true or false in each.
#if defined(__AVX512F__)
using Truth = __mmask16;
using LaneBits = uint16_t;
STL10_INLINE Truth greater(Vector a, Vector b) {
  return _mm512_cmp_ps_mask(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b), _CMP_GT_OQ);
}
STL10_INLINE Vector choose(Truth truth, Vector yes, Vector no) {
  return reinterpret_cast<Vector>(
      _mm512_mask_blend_ps(truth, reinterpret_cast<__m512>(no), reinterpret_cast<__m512>(yes)));
}
STL10_INLINE Truth choose(Truth truth, Truth yes, Truth no) {
  return (truth & yes) | (~truth & no);
}
STL10_INLINE LaneBits bits_of(Truth truth) { return truth; }
#else
using Truth = IntVector;
using LaneBits = uint8_t;
STL10_INLINE Truth greater(Vector a, Vector b) { return a > b; }
STL10_INLINE Vector choose(Truth truth, Vector yes, Vector no) { return truth ? yes : no; }
STL10_INLINE Truth choose(Truth truth, Truth yes, Truth no) { return truth ? yes : no; }
/// One bit a lane.
STL10_INLINE LaneBits bits_of(Truth truth) {
#if defined(__AVX__)
  return static_cast<LaneBits>(_mm256_movemask_ps(reinterpret_cast<__m256>(truth)));
#else
  LaneBits bits = 0;
  for (int lane = 0; lane < kLanes; ++lane)
    bits |= static_cast<LaneBits>((truth[lane] & 1) << lane);
  return bits;
#endif
}
#endif

/// 1 in the lanes whose bit is set, else 0.
STL10_INLINE IntVector ones_of(LaneBits bits) {
  IntVector shift;
  for (int lane = 0; lane < kLanes; ++lane) shift[lane] = lane;
  return ((IntVector{} + bits) >> shift) & 1;
}

/// Fetches `count` values that will be needed soon. What lies behind an array's end is no fault.
template <class Element>
STL10_INLINE void prefetch(const Element* from, int64_t count) {
  constexpr int64_t kLineValues = 64 / sizeof(Element);
  for (int64_t i = 0; i < count; i += kLineValues) __builtin_prefetch(from + i);
}

/// In each lane quad[which], where `which` is 0 to 3.
STL10_INLINE Vector pick(const float* quad, IntVector which) {
#if defined(__AVX512F__)
  const __m512 all = _mm512_maskz_broadcast_f32x4(0xFFFF, _mm_load_ps(quad));
  return _mm512_maskz_permutevar_ps(0xFFFF, all, reinterpret_cast<__m512i>(which));
#elif defined(__AVX__)
  const __m256 all = _mm256_broadcast_ps(reinterpret_cast<const __m128*>(quad));
  return _mm256_permutevar_ps(all, reinterpret_cast<__m256i>(which));
#else
  const Vector upper = (which & 1) != 0 ? Vector{} + quad[3] : Vector{} + quad[2];
  const Vector lower = (which & 1) != 0 ? Vector{} + quad[1] : Vector{} + quad[0];
  return (which & 2) != 0 ? upper : lower;
#endif
}

/// In each lane v[lanes[lane]]; `lanes` is aligned to 64 bytes.
STL10_INLINE Vector permute(Vector v, const int32_t* lanes) {
#if defined(__AVX512F__)
  // The unmasked form warns about GCC's own header (GCC bug 105593).
  return reinterpret_cast<Vector>(
      _mm512_maskz_permutexvar_ps(0xFFFF, _mm512_load_si512(lanes), reinterpret_cast<__m512>(v)));
#elif defined(__AVX2__)
  return reinterpret_cast<Vector>(_mm256_permutevar8x32_ps(
      reinterpret_cast<__m256>(v), _mm256_load_si256(reinterpret_cast<const __m256i*>(lanes))));
#else
  Vector permuted;
  for (int lane = 0; lane < kLanes; ++lane) permuted[lane] = v[lanes[lane]];
  return permuted;
#endif
}

/// In each lane from[lanes[lane]].
STL10_INLINE Vector gather(const float* from, const int32_t* lanes) {
  Vector gathered;
#if defined(__AVX512F__)
  gathered = reinterpret_cast<Vector>(_mm512_mask_i32gather_ps(
      _mm512_setzero_ps(), 0xFFFF, _mm512_loadu_si512(lanes), from, sizeof(float)));
#elif defined(__AVX2__)
  gathered = reinterpret_cast<Vector>(_mm256_i32gather_ps(
      from, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lanes)), sizeof(float)));
#else
  for (int lane = 0; lane < kLanes; ++lane) gathered[lane] = from[lanes[lane]];
#endif
  return gathered;
}

}  // namespace
}  // namespace stl10::STL10_LOOPS

#endif
