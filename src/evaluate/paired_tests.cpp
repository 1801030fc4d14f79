#include "stl10/evaluate/paired_tests.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "stl10/base/philox.h"

namespace stl10 {
namespace {

/// P(X ≤ k) for X of n fair coins.
double binomial_tail(int64_t k, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i <= k; ++i) {
    const auto heads = static_cast<double>(i), coins = static_cast<double>(n);
    sum += std::exp(std::lgamma(coins + 1) - std::lgamma(heads + 1) -
                    std::lgamma(coins - heads + 1) - coins * std::log(2.0));
  }
  return sum;
}

}  // namespace

McNemar mcnemar(const at::Tensor& a, const at::Tensor& b) {
  TORCH_CHECK(a.sizes() == b.sizes(), "a and b must be of the same images");
  McNemar test;
  test.only_first = a.logical_and(b.logical_not()).sum().item<int64_t>();
  test.only_second = b.logical_and(a.logical_not()).sum().item<int64_t>();
  const int64_t smaller = std::min(test.only_first, test.only_second);
  test.p_value = std::min(1.0, 2 * binomial_tail(smaller, test.only_first + test.only_second));
  return test;
}

ConfidenceInterval bootstrap_interval(const at::Tensor& differences, uint64_t seed,
                                      int64_t resamples) {
  TORCH_CHECK(differences.numel() > 0 && resamples > 0, "an interval needs images and resamples");
  const at::Tensor values = differences.to(at::kDouble).contiguous();
  const auto n = static_cast<uint32_t>(values.numel());
  at::Tensor means = at::empty({resamples}, at::kDouble);
  const double* value = values.data_ptr<double>();
  double* mean = means.data_ptr<double>();
  at::parallel_for(0, resamples, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Philox draws(seed, {.purpose = Purpose::kBootstrap, .sample = static_cast<uint32_t>(i)});
      double sum = 0;
      for (uint32_t drawn = 0; drawn < n; ++drawn) sum += value[draws.below(n)];
      mean[i] = sum / n;
    }
  });
  const at::Tensor ends = at::quantile(means, at::tensor({0.025, 0.975}, at::kDouble));
  return {.low = ends[0].item<double>(), .high = ends[1].item<double>()};
}

}  // namespace stl10
