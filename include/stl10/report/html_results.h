#pragma once

#include <string>

#include "stl10/base/options_json.h"

/// What a page shows of summary.json.
namespace stl10 {

/// The figures that one looks for first.
std::string html_cards(const Json& summary);

/// The final table: every accuracy with its 95 % interval, loss and images; protocol and best
/// epoch.
std::string html_results(const Json& summary);

/// What untrained features reach, and how far above them this run is.
std::string html_floors(const Json& summary);

/// Losses and accuracies of the candidates among which something was chosen.
std::string html_choice(const Json& summary);

/// The measures of the features that `eval` makes.
std::string html_features(const Json& summary);

/// The verdicts on the assumptions of semi-supervised learning.
std::string html_assumptions(const Json& summary);

}  // namespace stl10
