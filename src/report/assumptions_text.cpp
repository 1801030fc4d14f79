#include "stl10/report/assumptions_text.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "stl10/report/text.h"

namespace stl10 {
namespace {

using Lines = std::vector<std::string>;

/// How a measure reads before its number, and whether that is a share.
struct Wording {
  const char* name;
  const char* text;
  bool is_share;
};

constexpr Wording kWordings[] = {
    {"neighbour_agreement_above_chance", "neighbours agreeing, above chance", true},
    {"silhouette_above_clouds", "silhouette above a Gaussian cloud's", false},
    {"inertia_below_clouds", "inertia below a Gaussian cloud's", true},
    {"largest_class_over_smallest", "most over fewest labels of a class", false},
    {"unlabeled_from_elsewhere", "unlabeled from elsewhere, at least", true},
};

std::string text_of(const Effect& effect, const Wording& wording) {
  const std::string unit = wording.is_share ? " %" : "";
  const auto shown = [&](double value) {
    if (std::isinf(value)) return std::string("∞");
    return wording.is_share ? fixed(100 * value, 1) : fixed(value, 2);
  };
  if (!effect.value) return std::string(wording.text) + " –";
  const bool more_is_better = effect.holds > effect.violated;
  return std::string(wording.text) + " " + shown(*effect.value) + unit + " (" +
         shown(effect.interval.low) + " to " + shown(effect.interval.high) + "); holds " +
         (more_is_better ? "≥ " : "≤ ") +
         short_number(wording.is_share ? 100 * effect.holds : effect.holds) + unit + ", violated " +
         (more_is_better ? "< " : "> ") +
         short_number(wording.is_share ? 100 * effect.violated : effect.violated) + unit;
}

std::string text_of(const Verdict& verdict) {
  const auto* wording =
      std::find_if(std::begin(kWordings), std::end(kWordings),
                   [&](const Wording& one) { return verdict.effect.measure == one.name; });
  return left(verdict.assumption, 11) + left(std::string(name_of(verdict.standing)), 9) +
         text_of(verdict.effect, *wording);
}

std::string share(const MeanDeviation& score) {
  return score.mean ? fixed(100 * *score.mean, 1) : "–";
}

/// One row for each point: probe and label spreading, accuracy and macro F1.
void add_curve(const std::vector<LabelCurvePoint>& curve, bool uneven, Lines& lines) {
  for (const LabelCurvePoint& point : curve) {
    const std::string name =
        with_commas(point.labels) + " labels" + (uneven ? ", 1:" + short_number(point.ratio) : "");
    lines.push_back(left(name, 24) + right(share(point.probe.accuracy), 7) +
                    right(share(point.spreading.accuracy), 12) +
                    right(share(point.probe.macro_f1), 10) +
                    right(share(point.spreading.macro_f1), 14));
  }
}

std::string ratio_text(const ClassShares& shares) {
  return shares.ratio ? "1:" + fixed(*shares.ratio, 1) : "0:1";
}

}  // namespace

std::string advice_of(const Verdict& verdict) {
  static const std::map<std::string, std::string> advice = {
      {"continuity",
       "near images differ in class: improve the features before labels are spread over them"},
      {"clusters",
       "borders of classes cross dense regions: trust labels (linear-probe, finetune), give more"},
      {"balance", "label more images of the rare classes; read macro F1 instead of accuracy"},
      {"in_class",
       "many images belong to no class: give them no labels; pretraining may use them"}};
  const bool needed =
      verdict.standing == Standing::kWeak || verdict.standing == Standing::kViolated;
  return needed ? advice.at(verdict.assumption) : "";
}

Lines lines_of(const Assumptions& found) {
  Lines lines = {"assumptions of semi-supervised learning"};
  for (const Verdict& verdict : found.verdicts) {
    lines.push_back(text_of(verdict));
    const std::string advice = advice_of(verdict);
    if (!advice.empty()) lines.push_back(std::string(20, ' ') + advice);
  }
  const Continuity& near = found.continuity;
  lines.push_back("nearest neighbour agrees " + percent(near.by_rank.front()) + ", chance " +
                  percent(near.chance) +
                  (near.half_distance ? "; half of the surplus is left at distance " +
                                            short_number(*near.half_distance)
                                      : ""));
  const DiscreteClusters& clusters = found.clusters;
  lines.push_back("k-means in " + std::to_string(clusters.clusters) + " clusters: purity " +
                  percent(clusters.agreement.purity) + ", NMI " + fixed(clusters.agreement.nmi, 3) +
                  "; clusters by the gap statistic: " +
                  (clusters.gap.gap.empty() ? "–" : std::to_string(clusters.gap.clusters)));
  if (found.probe_shares) {
    lines.push_back(
        "smallest : largest class, of unlabeled images: probe " + ratio_text(*found.probe_shares) +
        ", spreading " + ratio_text(*found.spreading_shares) + "; of test images " +
        ratio_text(found.probe_test_shares) + " and " + ratio_text(found.spreading_test_shares));
  }
  lines.push_back("%, mean over draws        probe   spreading  probe F1  spreading F1");
  add_curve(found.curves.fewer, false, lines);
  add_curve(found.curves.uneven, true, lines);
  return lines;
}

}  // namespace stl10
