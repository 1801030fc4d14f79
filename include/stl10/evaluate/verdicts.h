#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/evaluate/class_shares.h"
#include "stl10/evaluate/confidence_interval.h"
#include "stl10/evaluate/continuity.h"
#include "stl10/evaluate/discrete_clusters.h"
#include "stl10/evaluate/out_of_class.h"

/// Whether assumptions of semi-supervised learning hold: effect sizes against stated thresholds,
/// never p-values. The thresholds are conventions, the same for all data.
namespace stl10 {

enum class Standing { kHolds, kWeak, kViolated, kUnknown };
inline std::vector<std::string_view> enum_names(Standing) {
  return {"holds", "weak", "violated", "unknown"};
}

/// The number that decides.
struct Effect {
  std::string measure;          ///< what it is: "inertia_below_clouds"
  std::optional<double> value;  ///< empty where it is undefined; may be infinite
  ConfidenceInterval interval;  ///< 95 %
  double holds = 0;             ///< the assumption holds from here on
  double violated = 0;  ///< and is violated beyond here; larger than `holds` where less is better
};

struct Verdict {
  std::string assumption;
  Effect effect;
  Standing standing = Standing::kUnknown;
};

/// Unknown without a value.
Standing standing_of(const Effect& effect);

/// Agreement of neighbours above chance; its interval is a bootstrap over points.
Verdict continuity_verdict(const Continuity& found, uint64_t seed);

/// The weaker one of the silhouette coefficient less that of clouds, and of the share by which
/// inertia is below theirs.
Verdict clusters_verdict(const DiscreteClusters& found, uint64_t seed);

/// The most frequent class over the least frequent one; infinite where a class has no label.
Verdict balance_verdict(const ClassShares& labels);

/// The share of unlabeled images that must come from elsewhere; its interval adds the error of two
/// empirical distributions (Massart 1990): ±1.36·√(1/n + 1/m).
Verdict in_class_verdict(const OutOfClass& found);

}  // namespace stl10
