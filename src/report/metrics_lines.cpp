#include "stl10/report/metrics_lines.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/report/json_at.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

/// A line that says which epoch it is of, or nothing.
std::optional<Json> parse_line(const std::string& line) {
  try {
    Json json = parse_json(line, kMetricsName);
    if (json.is_object() && json.contains("epoch") && json["epoch"].is_number_integer())
      return json;
  } catch (const ConfigError&) {
    return std::nullopt;
  }
  return std::nullopt;
}

std::vector<std::string> all_splits(const std::vector<Json>& lines) {
  std::vector<std::string> names;
  for (const Json& line : lines) {
    for (const std::string& split : splits_of(line)) add_once(split, names);
  }
  return names;
}

/// The loss first, because every method has one.
std::vector<std::string> all_metrics(const std::vector<Json>& lines) {
  std::vector<std::string> names = {"loss"};
  for (const Json& line : lines) {
    for (const std::string& split : splits_of(line)) {
      for (const auto& [metric, value] : line[split].items()) {
        if (metric != "count") add_once(metric, names);
      }
    }
  }
  return names;
}

/// What a metric is to be read against.
std::vector<Level> levels_of(const std::string& metric, const Json& constants) {
  std::vector<Level> levels;
  const auto add = [&](const std::string& name, const std::optional<double>& value) {
    if (value) levels.push_back({name, *value});
  };
  const std::optional<double> classes = number_at(constants, {"classes"});
  const bool of_classes = metric == "accuracy" || metric == "knn_accuracy";
  add("chance",
      of_classes && classes && *classes > 0 ? 1 / *classes : chance_of(metric, constants));
  add("random encoder", number_at(constants, {"random_encoder_" + metric}));
  add("limit", number_at(constants, {metric + "_limit"}));
  return levels;
}

}  // namespace

std::vector<Json> read_metrics(const std::filesystem::path& folder, int64_t last) {
  std::vector<Json> lines;
  const std::filesystem::path path = folder / kMetricsName;
  std::istringstream text(std::filesystem::exists(path) ? read_text(path) : "");
  for (std::string line; std::getline(text, line);) {
    const std::optional<Json> json = parse_line(line);
    const int64_t before = lines.empty() ? 0 : lines.back()["epoch"].get<int64_t>();
    if (json && (*json)["epoch"] > before && (*json)["epoch"] <= last) lines.push_back(*json);
  }
  return lines;
}

std::vector<std::string> splits_of(const Json& line) {
  std::vector<std::string> names;
  for (const auto& [key, value] : line.items()) {
    if (value.is_object()) names.push_back(key);
  }
  return names;
}

void add_once(const std::string& name, std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::optional<double> chance_of(std::string metric, const Json& constants) {
  constexpr std::string_view kAccuracy = "accuracy";
  if (!metric.ends_with(kAccuracy)) return std::nullopt;
  metric.replace(metric.size() - kAccuracy.size(), kAccuracy.size(), "chance");
  return number_at(constants, {metric});
}

std::vector<CurvePoint> points_of(const std::vector<Json>& lines, const std::string& split,
                                  const std::string& metric) {
  std::vector<CurvePoint> points;
  for (const Json& line : lines) {
    const std::optional<double> value = number_at(line, {split, metric});
    if (value) points.push_back({line["epoch"], *value});
  }
  return points;
}

std::vector<Chart> charts_of(const std::vector<Json>& lines) {
  if (lines.empty()) return {};
  const std::vector<std::string> splits = all_splits(lines);
  const std::string validation = text_at(lines.back(), "validation_split", "validation");
  std::vector<Chart> charts;
  for (const std::string& metric : all_metrics(lines)) {
    Chart chart{.title = words_of(metric), .levels = levels_of(metric, lines.back())};
    for (size_t i = 0; i < splits.size(); ++i) {
      chart.curves.push_back({splits[i] == "validation" ? validation : splits[i], colour_of(i),
                              points_of(lines, splits[i], metric)});
    }
    charts.push_back(std::move(chart));
  }
  return charts;
}

}  // namespace stl10
