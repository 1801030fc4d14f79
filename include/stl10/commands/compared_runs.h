#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stl10/evaluate/predictions.h"
#include "stl10/report/comparison_report.h"

namespace stl10 {

/// What a run folder says of one split's images.
struct ComparedRun {
  std::filesystem::path folder;
  Json config;  ///< without what may differ between equal experiments
  std::optional<int64_t> seed;
  std::vector<Predictions> classifiers;  ///< one, or one a fold
  std::vector<std::string> class_names;
  std::optional<double> loss;  ///< as the run measured it
};

/// Reads runs that are to be compared by their predictions of `split`: "test", or "validation",
/// images held out of the training labels.
/// @throws UsageError where one is named twice, or they were judged on different images; IoError
/// and DataError where a folder holds no predictions of such images.
std::vector<ComparedRun> read_compared_runs(const std::vector<std::string>& folders,
                                            const std::string& split = "test");

/// Runs whose configs differ only in `seed` in one group, in the order of their first ones.
std::vector<RunGroup> group_by_seed(const std::vector<ComparedRun>& runs);

/// The names of a run's classes; numbers where it doesn't know them.
std::vector<std::string> class_names_of(const ComparedRun& run);

}  // namespace stl10
