#include "stl10/evaluate/verdicts.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stl10/evaluate/paired_tests.h"

namespace stl10 {
namespace {

constexpr int64_t kResamples = 1000;

Verdict decided(const std::string& assumption, const Effect& effect) {
  return {assumption, effect, standing_of(effect)};
}

}  // namespace

Standing standing_of(const Effect& effect) {
  if (!effect.value) return Standing::kUnknown;
  const double sign = effect.holds > effect.violated ? 1 : -1;
  if (sign * *effect.value >= sign * effect.holds) return Standing::kHolds;
  return sign * *effect.value >= sign * effect.violated ? Standing::kWeak : Standing::kViolated;
}

Verdict continuity_verdict(const Continuity& found, uint64_t seed) {
  Effect effect{.measure = "neighbour_agreement_above_chance", .holds = 0.5, .violated = 0.2};
  if (found.surplus.defined()) {
    effect.value = found.surplus.mean().item<double>();
    effect.interval = bootstrap_interval(found.surplus, seed, kResamples);
  }
  return decided("continuity", effect);
}

Verdict clusters_verdict(const DiscreteClusters& found, uint64_t seed) {
  Effect silhouette{.measure = "silhouette_above_clouds", .holds = 0.1, .violated = 0.05};
  if (found.silhouettes.defined()) {
    const at::Tensor above = found.silhouettes - found.cloud_silhouette;
    silhouette.value = above.mean().item<double>();
    silhouette.interval = bootstrap_interval(above, seed, kResamples);
  }
  Effect inertia{.measure = "inertia_below_clouds",
                 .value = found.inertia_below,
                 .holds = 0.2,
                 .violated = 0.05};
  if (found.inertia_below) {
    const auto place = static_cast<size_t>(found.gap_at) - 1;
    const double gap = found.gap.gap[place], doubt = 1.96 * found.gap.error[place];
    inertia.interval = {1 - std::exp(doubt - gap), 1 - std::exp(-doubt - gap)};
  }
  const Verdict by_silhouette = decided("clusters", silhouette),
                by_inertia = decided("clusters", inertia);
  return by_inertia.standing > by_silhouette.standing ? by_inertia : by_silhouette;
}

Verdict balance_verdict(const ClassShares& labels) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  Effect effect{.measure = "largest_class_over_smallest",
                .value = labels.ratio.value_or(kInfinite),
                .interval = labels.ratio_interval,
                .holds = 2,
                .violated = 5};
  if (!labels.ratio) effect.interval = {kInfinite, kInfinite};
  return decided("balance", effect);
}

Verdict in_class_verdict(const OutOfClass& found) {
  const auto images = static_cast<double>(found.similarity.numel());
  const auto held_out = static_cast<double>(found.held_out_similarity.numel());
  const double doubt = 1.36 * std::sqrt(1 / images + 1 / held_out);
  return decided("in_class", {.measure = "unlabeled_from_elsewhere",
                              .value = found.excess,
                              .interval = {std::max(0.0, found.excess - doubt),
                                           std::min(1.0, found.excess + doubt)},
                              .holds = 0.1,
                              .violated = 0.25});
}

}  // namespace stl10
