#include "stl10/evaluate/continuity.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

namespace stl10 {
namespace {

/// Share of pairs of different points with equal labels.
double chance_of(const at::Tensor& labels) {
  const at::Tensor counts = at::bincount(labels).to(at::kDouble);
  const auto n = static_cast<double>(labels.numel());
  return (counts * (counts - 1)).sum().item<double>() / (n * (n - 1));
}

std::vector<AgreementAt> agreement_by_distance(const at::Tensor& distances, const at::Tensor& equal,
                                               int64_t bins) {
  const auto [sorted, order] = distances.flatten().sort();
  const at::Tensor agreement = equal.flatten().index_select(0, order);
  const int64_t pairs = sorted.numel(), count = std::min(bins, pairs);
  std::vector<AgreementAt> result;
  for (int64_t b = 0; b < count; ++b) {
    const int64_t first = b * pairs / count, last = (b + 1) * pairs / count;
    result.push_back({sorted.slice(0, first, last).mean().item<double>(),
                      agreement.slice(0, first, last).mean().item<double>(), last - first});
  }
  return result;
}

std::optional<double> half_distance(const std::vector<AgreementAt>& bins, double chance) {
  const double surplus = bins.front().agreement - chance;
  if (surplus <= 0) return std::nullopt;
  const double half = chance + surplus / 2;
  for (size_t i = 1; i < bins.size(); ++i) {
    if (bins[i].agreement > half) continue;
    const double above = bins[i - 1].agreement, below = bins[i].agreement;
    const double share = (above - half) / (above - below);
    return bins[i - 1].distance + share * (bins[i].distance - bins[i - 1].distance);
  }
  return std::nullopt;
}

}  // namespace

Continuity continuity(const NearestPoints& nearest, const at::Tensor& labels, int64_t bins) {
  const at::Tensor equal = labels.index_select(0, nearest.places.flatten())
                               .view_as(nearest.places)
                               .eq(labels.unsqueeze(1))
                               .to(at::kDouble);
  Continuity result{.chance = chance_of(labels)};
  const at::Tensor ranks = equal.mean(0);
  result.by_rank.assign(ranks.data_ptr<double>(), ranks.data_ptr<double>() + ranks.numel());
  result.by_distance = agreement_by_distance(nearest.distances, equal, bins);
  result.half_distance = half_distance(result.by_distance, result.chance);
  if (result.chance < 1) result.surplus = (equal.mean(1) - result.chance) / (1 - result.chance);
  return result;
}

}  // namespace stl10
