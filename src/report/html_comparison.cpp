#include "stl10/report/html_comparison.h"

#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/report/curves.h"
#include "stl10/report/html.h"
#include "stl10/report/html_intervals.h"
#include "stl10/report/json_at.h"
#include "stl10/report/metrics_lines.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

const Json& list_at(const Json& json, const std::string& key) {
  static const Json empty = Json::array();
  const Json* list = find(json, {key});
  return list != nullptr && list->is_array() ? *list : empty;
}

std::string first_folder(const Json& run) {
  const Json& folders = list_at(run, "folders");
  return !folders.empty() && folders[0].is_string() ? folders[0].get<std::string>() : "?";
}

HtmlCell figure_cell(const Json& run, const std::string& key, bool is_percent) {
  const auto mean = number_at(run, {key, "mean"}), deviation = number_at(run, {key, "deviation"});
  const double scale = is_percent ? 100 : 1;
  const int digits = is_percent ? 1 : 3;
  if (!mean) return {.text = "–"};
  return {.text = fixed(scale * *mean, digits) +
                  (deviation ? " ± " + fixed(scale * *deviation, digits) : "") +
                  (is_percent ? " %" : ""),
          .share = key == "accuracy" ? mean : std::nullopt};
}

std::string runs_table_of(const Json& runs) {
  const std::pair<const char*, bool> figures[] = {
      {"accuracy", true}, {"macro_f1", true}, {"mean_iou", true}, {"ece", true},
      {"kappa", false},   {"brier", false},   {"loss", false}};
  std::vector<HtmlColumn> columns = {{"run"}, {"folder"}, {"runs", true}};
  for (const auto& [key, is_percent] : figures) columns.push_back({words_of(key), true});
  std::vector<HtmlRow> rows;
  for (const Json& run : runs) {
    HtmlRow row = {{.text = text_at(run, "name", "?")},
                   {.text = first_folder(run)},
                   {.text = std::to_string(list_at(run, "folders").size())}};
    for (const auto& [key, is_percent] : figures) row.push_back(figure_cell(run, key, is_percent));
    rows.push_back(row);
  }
  return html_table(columns, rows) +
         html_text(
             "Runs of one config with several seeds stand in one row: mean ± standard "
             "deviation.");
}

/// The share of each class's images that is right, run beside run.
std::string recalls_of(const Json& runs) {
  std::vector<HtmlColumn> columns = {{"class"}};
  std::vector<HtmlRow> rows;
  for (const Json& run : runs) {
    columns.push_back({text_at(run, "name", "?") + ", right, %", true});
    const Json& classes = list_at(run, "classes");
    rows.resize(std::max(rows.size(), classes.size()));
    for (size_t k = 0; k < classes.size(); ++k) {
      if (rows[k].empty()) rows[k].push_back({.text = text_at(classes[k], "name", "?")});
      const auto recall = number_at(classes[k], {"recall"});
      rows[k].push_back({.text = recall ? fixed(100 * *recall, 1) : "–", .share = recall});
    }
  }
  for (HtmlRow& row : rows) row.resize(columns.size());
  return html_table(columns, rows);
}

std::optional<NamedInterval> difference_of(const Json& json, const std::string& name) {
  const auto mean = number_at(json, {"difference"});
  const Json& interval = list_at(json, "interval");
  if (!mean || interval.size() != 2 || !interval[0].is_number() || !interval[1].is_number()) {
    return std::nullopt;
  }
  return NamedInterval{name, *mean, interval[0], interval[1]};
}

std::string comparison_of(const Json& comparison) {
  const std::string name =
      text_at(comparison, "second", "?") + " against " + text_at(comparison, "first", "?");
  std::vector<NamedInterval> intervals;
  if (const auto whole = difference_of(comparison, "all images")) intervals.push_back(*whole);
  for (const Json& item : list_at(comparison, "classes")) {
    if (const auto one = difference_of(item, text_at(item, "name", "?"))) intervals.push_back(*one);
  }
  std::string content = "<h3>" + escaped(name) + "</h3>\n" + html_intervals("accuracy", intervals);
  const auto p = number_at(comparison, {"mcnemar", "p_value"});
  const auto only_first = number_at(comparison, {"mcnemar", "only_first"});
  const auto only_second = number_at(comparison, {"mcnemar", "only_second"});
  if (p && only_first && only_second) {
    content += html_text("McNemar's test: p = " + short_number(*p) + "; " + fixed(*only_second, 0) +
                         " images are right in the second alone, " + fixed(*only_first, 0) +
                         " in the first alone.");
  }
  return content;
}

std::vector<Json> lines_of_run(const std::string& folder) {
  try {
    return read_metrics(folder);
  } catch (const Error&) {
    return {};
  }
}

/// Of each split's metric the curves of all runs that have it; of seeds, the first.
std::string overlaid(const Json& runs) {
  std::vector<Chart> charts;
  std::map<std::string, size_t> place;
  for (size_t i = 0; i < runs.size(); ++i) {
    const std::vector<Json> lines = lines_of_run(first_folder(runs[i]));
    if (lines.empty()) continue;
    const std::string validation = text_at(lines.back(), "validation_split", "validation");
    for (const std::string& split : splits_of(lines.back())) {
      for (const auto& [metric, value] : lines.back()[split].items()) {
        const std::vector<CurvePoint> points = points_of(lines, split, metric);
        if (metric == "count" || points.empty()) continue;
        const std::string title =
            (split == "validation" ? validation : split) + ": " + words_of(metric);
        const auto [known, is_new] = place.try_emplace(title, charts.size());
        if (is_new) charts.push_back({.title = title});
        charts[known->second].curves.push_back(
            {text_at(runs[i], "name", "?"), colour_of(i), points});
      }
    }
  }
  std::vector<std::string> figures;
  for (const Chart& chart : charts) figures.push_back(html_figure(draw_svg({chart}), ""));
  return html_grid(figures);
}

}  // namespace

std::string html_comparison(const Json& summary) {
  const Json& runs = list_at(summary, "runs");
  if (runs.empty()) return "";
  std::string differences;
  for (const Json& comparison : list_at(summary, "comparisons")) {
    differences += comparison_of(comparison);
  }
  return html_section("Runs", runs_table_of(runs)) + html_section("Differences", differences) +
         html_section("Classes", recalls_of(runs)) + html_section("Curves", overlaid(runs));
}

}  // namespace stl10
