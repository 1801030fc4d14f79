#include "stl10/report/metrics_file.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/report/curves.h"

namespace stl10 {
namespace {

constexpr const char* kColours[] = {"#d1601f", "#1f77b4", "#2ca02c", "#9467bd", "#8c564b"};

/// The names that `names_of` finds in the lines, each once, in order of appearance.
template <class NamesOf>
std::vector<std::string> names_in(const std::vector<Json>& lines, const NamesOf& names_of) {
  std::vector<std::string> names;
  for (const Json& line : lines) {
    for (const std::string& name : names_of(line)) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

std::vector<std::string> splits_of(const Json& line) {
  std::vector<std::string> names;
  for (const auto& [key, value] : line.items()) {
    if (value.is_object()) names.push_back(key);
  }
  return names;
}

/// The loss first, because every method has one.
std::vector<std::string> metrics_of(const Json& line) {
  std::vector<std::string> names = {"loss"};
  for (const std::string& split : splits_of(line)) {
    for (const auto& [metric, value] : line[split].items()) {
      if (metric != "count") names.push_back(metric);
    }
  }
  return names;
}

Curve curve_of(const std::vector<Json>& lines, const std::string& split, const std::string& metric,
               const std::string& colour) {
  Curve curve{split, colour, {}};
  for (const Json& line : lines) {
    const bool measured = line.contains(split) && line[split].contains(metric);
    if (measured && line[split][metric].is_number()) {
      curve.points.push_back({line["epoch"], line[split][metric]});
    }
  }
  return curve;
}

/// A chart for each metric, in it a curve for each split.
std::vector<Chart> charts_of(const std::vector<Json>& lines) {
  const std::vector<std::string> splits = names_in(lines, splits_of);
  std::vector<Chart> charts;
  for (const std::string& metric : names_in(lines, metrics_of)) {
    Chart chart{metric, {}};
    for (size_t i = 0; i < splits.size(); ++i) {
      chart.curves.push_back(curve_of(lines, splits[i], metric, kColours[i % std::size(kColours)]));
    }
    charts.push_back(std::move(chart));
  }
  return charts;
}

}  // namespace

Json to_json(const EpochRecord& record) {
  Json json = {{"epoch", record.epoch}, {"train", to_json(record.train)}};
  for (const auto& [split, metrics] : record.splits) json[split] = to_json(metrics);
  json["learning_rate"] = record.learning_rate;
  json["images_per_second"] = record.images_per_second;
  json["seconds"] = record.seconds;
  return json;
}

MetricsFile::MetricsFile(const std::filesystem::path& folder, int64_t epochs) : folder_(folder) {
  if (epochs == 0) return;
  const std::filesystem::path path = folder / "metrics.jsonl";
  std::istringstream text(read_file(path));
  std::string line, kept;
  while (static_cast<int64_t>(lines_.size()) < epochs && std::getline(text, line)) {
    lines_.push_back(parse_json(line, path.string()));
    kept += line + "\n";
  }
  if (static_cast<int64_t>(lines_.size()) < epochs) {
    throw DataError({path.string() + " is damaged", std::to_string(epochs) + " lines",
                     std::to_string(lines_.size()), "start a new run"});
  }
  save_atomically(path, kept);
}

void MetricsFile::on_epoch(const EpochRecord& record) {
  lines_.push_back(to_json(record));
  append_file(folder_ / "metrics.jsonl", lines_.back().dump() + "\n");
  save_atomically(folder_ / "curves.svg", draw_svg(charts_of(lines_)));
}

}  // namespace stl10
