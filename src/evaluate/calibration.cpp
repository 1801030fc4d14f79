#include "stl10/evaluate/calibration.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stl10 {
namespace {

void add_to(ReliabilityBin& bin, double confidence, bool right) {
  ++bin.count;
  bin.confidence += confidence;
  bin.accuracy += right ? 1 : 0;
}

/// Turns sums into means and returns Σ count·|accuracy − confidence|.
double finish(std::vector<ReliabilityBin>& bins) {
  double sum = 0;
  for (ReliabilityBin& bin : bins) {
    if (bin.count == 0) continue;
    bin.confidence /= static_cast<double>(bin.count);
    bin.accuracy /= static_cast<double>(bin.count);
    sum += static_cast<double>(bin.count) * std::abs(bin.accuracy - bin.confidence);
  }
  return sum;
}

}  // namespace

Calibration calibration(const at::Tensor& probabilities, const at::Tensor& labels, int64_t bins) {
  TORCH_CHECK(bins > 0 && labels.numel() > 0 && probabilities.size(0) == labels.size(0),
              "calibration needs bins, and a label for each row");
  const at::Tensor p = probabilities.to(at::kDouble);
  const auto [largest, predicted] = p.max(1);
  const at::Tensor right = predicted.eq(labels), confidence = largest.contiguous();
  const double* sure = confidence.data_ptr<double>();
  const bool* hit = right.data_ptr<bool>();
  const auto n = static_cast<size_t>(labels.numel());
  Calibration result;
  result.bins.resize(static_cast<size_t>(bins));
  for (size_t i = 0; i < n; ++i) {
    const auto bin = static_cast<int64_t>(std::ceil(sure[i] * static_cast<double>(bins))) - 1;
    add_to(result.bins[static_cast<size_t>(std::clamp<int64_t>(bin, 0, bins - 1))], sure[i],
           hit[i]);
  }
  result.ece = finish(result.bins) / static_cast<double>(n);
  for (const ReliabilityBin& bin : result.bins) {
    result.largest_error = std::max(result.largest_error, std::abs(bin.accuracy - bin.confidence));
  }
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return sure[a] < sure[b]; });
  std::vector<ReliabilityBin> masses(static_cast<size_t>(bins));
  for (size_t place = 0; place < n; ++place) {
    add_to(masses[place * masses.size() / n], sure[order[place]], hit[order[place]]);
  }
  result.ece_equal_mass = finish(masses) / static_cast<double>(n);
  const at::Tensor target = at::one_hot(labels, p.size(1)).to(at::kDouble);
  result.brier = (p - target).square().sum(1).mean().item<double>();
  return result;
}

}  // namespace stl10
