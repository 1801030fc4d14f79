#include "stl10/base/ceilings.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "stl10/base/cpu.h"

namespace stl10 {
namespace {

constexpr int kRounds = 10;                   // the best one counts
constexpr int64_t kSteps = 4'000'000;         // of the loop of multiply-adds
constexpr int kChains = 12;                   // independent ones, more than an addition's latency
constexpr size_t kCopied = size_t{64} << 20;  // bytes a thread

template <int kLanes>
using Vector __attribute__((vector_size(4 * kLanes))) = float;

/// Multiply-adds in registers; the sum keeps the compiler from leaving them out.
template <int kLanes>
__attribute__((always_inline)) inline float multiply_adds() {
  Vector<kLanes> sums[kChains];  // different ones, or the compiler would compute one of them
  for (int chain = 0; chain < kChains; ++chain) {
    sums[chain] = Vector<kLanes>{} + static_cast<float>(chain);
  }
  const Vector<kLanes> factor = Vector<kLanes>{} + 0.999f, term = Vector<kLanes>{} + 0.001f;
  for (int64_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 12  // or they would not stay in registers
    for (Vector<kLanes>& sum : sums) sum = sum * factor + term;
  }
  float total = 0;
  for (const Vector<kLanes>& sum : sums) total += sum[0];
  return total;
}

float baseline_loop() { return multiply_adds<4>(); }
__attribute__((target("avx2,fma"))) float avx2_loop() { return multiply_adds<8>(); }
__attribute__((target("avx512f"))) float avx512_loop() { return multiply_adds<16>(); }

/// Seconds that all threads together need for `work`, the best of some rounds.
double best_seconds(int64_t threads, const std::function<void(int64_t thread)>& work) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Clock::time_point start = Clock::now();
    std::vector<std::jthread> running;
    for (int64_t thread = 0; thread < threads; ++thread) running.emplace_back(work, thread);
    running.clear();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = round == 0 ? seconds : std::min(best, seconds);
  }
  return best;
}

}  // namespace

Ceilings measure_ceilings(int64_t threads) {
  const InstructionSet set = best_instruction_set();
  const auto loop = set == InstructionSet::kAvx512 ? avx512_loop
                    : set == InstructionSet::kAvx2 ? avx2_loop
                                                   : baseline_loop;
  const double lanes = set == InstructionSet::kAvx512 ? 16 : set == InstructionSet::kAvx2 ? 8 : 4;
  std::vector<float> results(static_cast<size_t>(threads));
  const double computing =
      best_seconds(threads, [&](int64_t thread) { results[static_cast<size_t>(thread)] = loop(); });
  std::vector<std::vector<char>> from(static_cast<size_t>(threads), std::vector<char>(kCopied, 1)),
      to = from;
  const double copying = best_seconds(threads, [&](int64_t thread) {
    const auto place = static_cast<size_t>(thread);
    std::memcpy(to[place].data(), from[place].data(), kCopied);
  });
  const auto all = static_cast<double>(threads);
  return {.gflops = 2 * lanes * kChains * static_cast<double>(kSteps) * all / computing / 1e9,
          .copy_gb_per_s = 2 * static_cast<double>(kCopied) * all / copying / 1e9};
}

}  // namespace stl10
