#include "stl10/report/metrics_file.h"

#include <chrono>
#include <cmath>
#include <map>
#include <utility>

#include "stl10/base/csv.h"
#include "stl10/base/file.h"
#include "stl10/report/curves.h"
#include "stl10/report/event_file.h"
#include "stl10/report/json_at.h"
#include "stl10/report/metrics_lines.h"

namespace stl10 {
namespace {

constexpr char kEvents[] = "events.out.tfevents.stl10";

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

double seconds_of(const Json& line) { return number_at(line, {"seconds"}).value_or(0); }

std::string event_of(const Json& line, double start) {
  return scalars_event(start + seconds_of(line), line["epoch"], scalars_of(line));
}

/// A row for each line, a column for each scalar that any of them has.
std::string csv_of(const std::vector<Json>& lines) {
  std::vector<std::string> tags;
  for (const Json& line : lines) {
    for (const Scalar& scalar : scalars_of(line)) add_once(scalar.tag, tags);
  }
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
  if (epochs > 0 || std::filesystem::exists(folder / kMetricsName)) keep_lines(epochs);
  start_ = unix_seconds() - (lines_.empty() ? 0 : seconds_of(lines_.back()));
  std::string events = first_event(start_);
  for (const Json& line : lines_) events += event_of(line, start_);
  save_atomically(folder_ / kEvents, events);
}

void MetricsFile::keep_lines(int64_t epochs) {
  lines_ = read_metrics(folder_, epochs);
  missing_ = epochs - static_cast<int64_t>(lines_.size());
  std::string kept;
  for (const Json& line : lines_) kept += line.dump() + "\n";
  save_atomically(folder_ / kMetricsName, kept);
}

void MetricsFile::on_epoch(const EpochRecord& record) {
  lines_.push_back(to_json(record));
  lines_.back()["validation_split"] = validation_;
  lines_.back().update(constants_);
  append_file(folder_ / kMetricsName, lines_.back().dump() + "\n");
  append_file(folder_ / kEvents, event_of(lines_.back(), start_));
  save_atomically(folder_ / "metrics.csv", csv_of(lines_));
  save_atomically(folder_ / "curves.svg", draw_svg(charts_of(lines_)));
}

}  // namespace stl10
