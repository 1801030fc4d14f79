#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cstdint>
#include <functional>

#include "golden.h"

/// What the tests of all losses of two views share.
namespace stl10::testing {

inline at::Tensor embeddings_of(int64_t n, int64_t d, double phase) {
  return wave(n * d, 0.7, phase).reshape({n, d});
}

/// The largest difference of the gradient for z1 from central differences.
inline double gradient_error(
    const std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>& loss, int64_t n,
    int64_t d) {
  const at::Tensor z2 = embeddings_of(n, d, 1.1);
  const at::Tensor z1 = embeddings_of(n, d, 0.2).requires_grad_();
  loss(z1, z2).backward();
  constexpr double kStep = 1e-6;
  double worst = 0;
  for (int64_t place = 0; place < n * d; ++place) {
    const auto at = [&](double step) {
      const at::Tensor moved = z1.detach().clone();
      moved.view({-1})[place] += step;
      return loss(moved, z2).item<double>();
    };
    const double slope = (at(kStep) - at(-kStep)) / (2 * kStep);
    worst = std::max(worst, std::abs(slope - z1.grad().view({-1})[place].item<double>()));
  }
  return worst;
}

}  // namespace stl10::testing
