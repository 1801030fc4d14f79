#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "stl10/base/options_json.h"
#include "stl10/report/curves.h"

/// The lines of metrics.jsonl, and the charts that are made of them.
namespace stl10 {

inline constexpr char kMetricsName[] = "metrics.jsonl";

/// The lines of a run folder, up to the epoch `last`, that say which epoch they are of and come in
/// order; damaged ones are left out. None where there is no such file. @throws IoError.
std::vector<Json> read_metrics(const std::filesystem::path& folder,
                               int64_t last = std::numeric_limits<int64_t>::max());

/// The parts of a line that hold metrics: "train", "validation", ….
std::vector<std::string> splits_of(const Json& line);

/// Adds a name that isn't there yet.
void add_once(const std::string& name, std::vector<std::string>& names);

/// What guessing gives of an accuracy, where that isn't plain: "contrastive_chance" of
/// "contrastive_accuracy".
std::optional<double> chance_of(std::string metric, const Json& constants);

/// A split's metric over the epochs where it was measured.
std::vector<CurvePoint> points_of(const std::vector<Json>& lines, const std::string& split,
                                  const std::string& metric);

/// A chart for each metric, the loss first; in it a curve for each split, named by the images that
/// it judges, and what the last line's constants say it is to be read against.
std::vector<Chart> charts_of(const std::vector<Json>& lines);

}  // namespace stl10
