#include "stl10/report/metrics_file.h"

#include <sstream>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/report/curves.h"

namespace stl10 {
namespace {

Curve curve_of(const std::vector<Json>& lines, const std::string& part, const std::string& metric,
               const std::string& colour) {
  Curve curve{part, colour, {}};
  for (const Json& line : lines) {
    const Json& metrics = line[part];
    if (metrics.is_object() && metrics.contains(metric)) curve.values.push_back(metrics[metric]);
  }
  return curve;
}

Chart chart_of(const std::vector<Json>& lines, const std::string& metric) {
  return {metric,
          {curve_of(lines, "train", metric, "#d1601f"),
           curve_of(lines, "validation", metric, "#1f77b4")}};
}

}  // namespace

Json to_json(const EpochRecord& record) {
  return {{"epoch", record.epoch},
          {"train", to_json(record.train)},
          {"validation", record.validation ? to_json(*record.validation) : Json(nullptr)},
          {"learning_rate", record.learning_rate},
          {"images_per_second", record.images_per_second},
          {"seconds", record.seconds}};
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
  save_atomically(folder_ / "curves.svg",
                  draw_svg({chart_of(lines_, "loss"), chart_of(lines_, "accuracy")}));
}

}  // namespace stl10
