#include "stl10/evaluate/feature_measures.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "stl10/base/unit_length.h"

namespace stl10 {
namespace {

at::Tensor centred(const at::Tensor& h) { return h - h.mean(0, /*keepdim=*/true); }

/// Columns with mean 0 and deviation 1; constant ones are 0.
at::Tensor standardized(const at::Tensor& h) {
  const at::Tensor difference = centred(h.scalar_type() == at::kDouble ? h : h.to(at::kFloat));
  const at::Tensor deviation = difference.square().mean(0).sqrt();
  return at::where(deviation.gt(0), difference / deviation, at::zeros_like(difference));
}

/// Rows whose own entry is above 0 and above all others. @param rows (n, D): some of a square
/// matrix, from row `first` on.
at::Tensor diagonal_maxima(const at::Tensor& rows, int64_t first) {
  at::Tensor others = rows.clone();
  others.diagonal(first).fill_(0);
  return rows.diagonal(first).gt(others.amax(1).clamp_min(0)).sum();
}

}  // namespace

at::Tensor alignment(const at::Tensor& z1, const at::Tensor& z2) {
  const at::NoGradGuard no_grad;
  return (unit_length(z1) - unit_length(z2)).square().sum(1).mean();
}

at::Tensor uniformity(const at::Tensor& z, const Group& group) {
  constexpr double kT = 2;
  constexpr int64_t kRows = 256;
  const at::NoGradGuard no_grad;
  const at::Tensor u = unit_length(z);
  const int64_t n = u.size(0);
  if (n < 2) return at::zeros({}, u.options());
  const at::Tensor squares = u.square().sum(1);  // 1, or 0 for zero vectors
  at::Tensor sum = at::zeros({}, u.options().dtype(at::kDouble));
  const auto [begin, end] = group.part_of(n);
  for (int64_t first = begin; first < end; first += kRows) {
    const int64_t last = std::min(first + kRows, end);
    const at::Tensor rows = u.slice(0, first, last);
    const at::Tensor distance =
        squares.slice(0, first, last).unsqueeze(1) + squares - 2 * at::mm(rows, u.t());
    at::Tensor potential = (-kT * distance.clamp_min(0)).exp();
    potential.diagonal(first).fill_(0);
    sum += potential.sum(at::kDouble);
  }
  return (group.sum(sum) / (static_cast<double>(n) * static_cast<double>(n - 1))).log();
}

at::Tensor correlation_hits(const at::Tensor& h1, const at::Tensor& h2, const Group& group) {
  const at::NoGradGuard no_grad;
  const auto [first, last] = group.part_of(h1.size(1));
  const at::Tensor s1 = standardized(h1), s2 = standardized(h2);
  const auto correlations = [&, begin = first, end = last](const at::Tensor& a,
                                                           const at::Tensor& b) {
    return at::mm(a.slice(1, begin, end).t(), b) / static_cast<double>(h1.size(0));
  };
  const at::Tensor rows = correlations(s1, s2);
  return diagonal_maxima(rows, first) +
         diagonal_maxima(group.is_one() ? rows.t() : correlations(s2, s1), first);
}

at::Tensor contrastive_hits(const at::Tensor& h1, const at::Tensor& h2, const Group& group) {
  constexpr int64_t kRows = 256;
  constexpr double kNone = -std::numeric_limits<double>::infinity();
  const at::NoGradGuard no_grad;
  const at::Tensor u1 = unit_length(h1), u2 = unit_length(h2);
  const int64_t n = u1.size(0);
  const auto [begin, end] = group.part_of(n);
  at::Tensor best = at::full({n}, kNone, u1.options());  // of the second views, so far
  std::vector<at::Tensor> positives = {u1.flatten().slice(0, 0, 0)}, hits;
  for (int64_t first = begin; first < end; first += kRows) {
    const at::Tensor cosines = at::mm(u1.slice(0, first, std::min(first + kRows, end)), u2.t());
    const at::Tensor diagonal = cosines.diagonal(first);
    positives.push_back(diagonal.clone());
    diagonal.fill_(kNone);
    hits.push_back(positives.back().gt(cosines.amax(1)).sum());
    best = at::maximum(best, cosines.amax(0));
  }
  best = group.gather_rows(best.unsqueeze(0)).amax(0).slice(0, begin, end);
  hits.push_back(at::cat(positives).gt(best).sum());
  return at::stack(hits).sum();
}

double effective_rank(const at::Tensor& h) {
  const at::NoGradGuard no_grad;
  const at::Tensor x = centred(h.to(at::kCPU, at::kDouble));
  // The smaller of the two Gram matrices has all the squares of the singular values.
  const at::Tensor gram = x.size(0) < x.size(1) ? at::mm(x, x.t()) : at::mm(x.t(), x);
  const at::Tensor squares = at::linalg_eigvalsh(gram);
  const double largest = squares.max().item<double>();
  // A constant that no double is leaves a rest of rounding when it is centred.
  constexpr double kRounding = std::numeric_limits<double>::epsilon();
  const double magnitude = h.to(at::kDouble).square().sum().item<double>();
  const double noise = static_cast<double>(squares.size(0)) * kRounding;
  if (largest <= noise * kRounding * magnitude || largest <= 0) return 0;
  const at::Tensor sigma = at::where(squares.gt(noise * largest), squares.clamp_min(0).sqrt(), 0.0);
  const at::Tensor p = sigma / sigma.sum();
  return std::exp(-at::xlogy(p, p).sum().item<double>());
}

Deviations deviations(const at::Tensor& h) {
  constexpr double kDead = 1e-5;  // of the mean deviation
  const at::NoGradGuard no_grad;
  const at::Tensor each = centred(h.to(at::kDouble)).square().mean(0).sqrt();
  const double mean = each.mean().item<double>();
  return {.smallest = each.min().item<double>(),
          .mean = mean,
          .dead = each.le(kDead * mean).to(at::kDouble).mean().item<double>()};
}

}  // namespace stl10
