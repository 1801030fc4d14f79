#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stl10/base/options_json.h"
#include "stl10/evaluate/classifier_measures.h"

namespace stl10 {

/// Runs that are one experiment: of one config, with different seeds.
struct RunGroup {
  std::string name;  ///< "A", …
  std::vector<std::string> folders;
  std::vector<std::optional<int64_t>> seeds;
  std::vector<std::optional<double>> losses;  ///< as the runs measured them
  std::vector<Predictions> classifiers;       ///< of all runs; several a run where it has folds
};

/// What there is to say of runs that are compared.
struct ComparisonReport {
  Json runs = Json::array(), comparisons = Json::array();  ///< as summary.json has them
  std::vector<std::string> lines;                          ///< for the terminal
};

/// Describes every group and compares it with the first one.
/// @param class_names one for each class of the predictions.
ComparisonReport comparison_report(const std::vector<RunGroup>& groups,
                                   const std::vector<std::string>& class_names);

}  // namespace stl10
