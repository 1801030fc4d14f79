#include "stl10/base/device_ceilings.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "stl10/base/device.h"

namespace stl10 {
namespace {

/// Seconds of one `work`, the best of some rounds that each wait for the device once.
double best_on_device(at::Device device, const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  constexpr int kTries = 5, kEach = 4;
  work();
  wait_for(device);
  double best = 0;
  for (int round = 0; round < kTries; ++round) {
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < kEach; ++i) work();
    wait_for(device);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count() / kEach;
    best = round == 0 ? seconds : std::min(best, seconds);
  }
  return best;
}

/// Values of both signs that no two neighbours share: products of zeros run faster than real ones.
at::Tensor uneven(int64_t side, at::Device device, at::ScalarType type) {
  return at::arange(side * side, at::TensorOptions(device).dtype(at::kFloat))
      .sin()
      .reshape({side, side})
      .to(type);
}

}  // namespace

Ceilings measure_device_ceilings(at::Device device, at::ScalarType type, int64_t side,
                                 int64_t bytes) {
  const at::NoGradGuard no_grad;
  const at::Tensor a = uneven(side, device, type), b = uneven(side, device, type).t();
  at::Tensor product = at::empty({side, side}, a.options());
  const double multiplying = best_on_device(device, [&] { at::mm_out(product, a, b); });
  const at::Tensor from = at::ones({bytes}, at::TensorOptions(at::kByte).device(device));
  const at::Tensor to = at::empty_like(from);
  const double copying = best_on_device(device, [&] { to.copy_(from); });
  const auto n = static_cast<double>(side);
  return {.gflops = 2 * n * n * n / multiplying / 1e9,
          .copy_gb_per_s = 2 * static_cast<double>(bytes) / copying / 1e9};
}

}  // namespace stl10
