#include "stl10/report/metrics_file.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/report/curves.h"
#include "stl10/report/event_file.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

constexpr const char* kColours[] = {"#d1601f", "#1f77b4", "#2ca02c", "#9467bd", "#8c564b"};

constexpr char kName[] = "metrics.jsonl", kEvents[] = "events.out.tfevents.stl10";

/// A line that says which epoch it is of, or nothing.
std::optional<Json> parse_line(const std::string& line) {
  try {
    Json json = parse_json(line, kName);
    if (json.is_object() && json.contains("epoch") && json["epoch"].is_number_integer())
      return json;
  } catch (const ConfigError&) {
    return std::nullopt;
  }
  return std::nullopt;
}

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

std::vector<CurvePoint> points_of(const std::vector<Json>& lines, const std::string& split,
                                  const std::string& metric) {
  std::vector<CurvePoint> points;
  for (const Json& line : lines) {
    const bool measured = line.contains(split) && line[split].contains(metric);
    if (measured && line[split][metric].is_number()) {
      points.push_back({line["epoch"], line[split][metric]});
    }
  }
  return points;
}

/// A chart for each metric, in it a curve for each split, named by the images that it judges.
std::vector<Chart> charts_of(const std::vector<Json>& lines, const std::string& validation) {
  const std::vector<std::string> splits = names_in(lines, splits_of);
  std::vector<Chart> charts;
  for (const std::string& metric : names_in(lines, metrics_of)) {
    Chart chart{words_of(metric), {}};
    for (size_t i = 0; i < splits.size(); ++i) {
      chart.curves.push_back({splits[i] == "validation" ? validation : splits[i],
                              kColours[i % std::size(kColours)],
                              points_of(lines, splits[i], metric)});
    }
    charts.push_back(std::move(chart));
  }
  return charts;
}

/// All numbers of a line but its epoch, named as "train/loss".
std::vector<Scalar> scalars_of(const Json& line) {
  std::vector<Scalar> scalars;
  const auto add = [&](const std::string& tag, const Json& value) {
    if (value.is_number() && std::isfinite(value.get<double>())) scalars.push_back({tag, value});
  };
  for (const auto& [key, value] : line.items()) {
    if (key == "epoch") continue;
    add(key, value);
    if (!value.is_object()) continue;
    for (const auto& [metric, number] : value.items()) add(key + "/" + metric, number);
  }
  return scalars;
}

double seconds_of(const Json& line) {
  return line.contains("seconds") && line["seconds"].is_number() ? line["seconds"].get<double>()
                                                                 : 0;
}

std::string event_of(const Json& line, double start) {
  return scalars_event(start + seconds_of(line), line["epoch"], scalars_of(line));
}

/// A row for each line, a column for each scalar that any of them has.
std::string csv_of(const std::vector<Json>& lines) {
  const std::vector<std::string> tags = names_in(lines, [](const Json& line) {
    std::vector<std::string> names;
    for (const Scalar& scalar : scalars_of(line)) names.push_back(scalar.tag);
    return names;
  });
  std::string text = "epoch";
  for (const std::string& tag : tags) text += "," + csv_field(tag);
  for (const Json& line : lines) {
    text += "\n" + line["epoch"].dump();
    std::map<std::string, double> values;
    for (const Scalar& scalar : scalars_of(line)) values[scalar.tag] = scalar.value;
    for (const std::string& tag : tags) {
      text += ",";
      if (values.contains(tag)) text += Json(values[tag]).dump();
    }
  }
  return text + "\n";
}

double unix_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
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

MetricsFile::MetricsFile(const std::filesystem::path& folder, int64_t epochs,
                         std::string validation, Json constants)
    : folder_(folder), validation_(std::move(validation)), constants_(std::move(constants)) {
  if (epochs > 0 || std::filesystem::exists(folder / kName)) keep_lines(epochs);
  start_ = unix_seconds() - (lines_.empty() ? 0 : seconds_of(lines_.back()));
  std::string events = first_event(start_);
  for (const Json& line : lines_) events += event_of(line, start_);
  save_atomically(folder_ / kEvents, events);
}

void MetricsFile::keep_lines(int64_t epochs) {
  const std::filesystem::path path = folder_ / kName;
  std::string kept;
  std::istringstream text(std::filesystem::exists(path) ? read_text(path) : "");
  for (std::string line; std::getline(text, line);) {
    const std::optional<Json> json = parse_line(line);
    const int64_t last = lines_.empty() ? 0 : lines_.back()["epoch"].get<int64_t>();
    if (!json || (*json)["epoch"] <= last || (*json)["epoch"] > epochs) continue;
    lines_.push_back(*json);
    kept += line + "\n";
  }
  missing_ = epochs - static_cast<int64_t>(lines_.size());
  save_atomically(path, kept);
}

void MetricsFile::on_epoch(const EpochRecord& record) {
  lines_.push_back(to_json(record));
  lines_.back()["validation_split"] = validation_;
  lines_.back().update(constants_);
  append_file(folder_ / kName, lines_.back().dump() + "\n");
  append_file(folder_ / kEvents, event_of(lines_.back(), start_));
  save_atomically(folder_ / "metrics.csv", csv_of(lines_));
  save_atomically(folder_ / "curves.svg", draw_svg(charts_of(lines_, validation_)));
}

}  // namespace stl10
