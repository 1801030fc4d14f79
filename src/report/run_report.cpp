#include "stl10/report/run_report.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/evaluate/classifier_measures.h"
#include "stl10/report/html.h"
#include "stl10/report/html_classifier.h"
#include "stl10/report/html_comparison.h"
#include "stl10/report/html_results.h"
#include "stl10/report/json_at.h"
#include "stl10/report/metrics_lines.h"
#include "stl10/report/run_folder.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

/// What log.txt says: when the run began and ended, and its warnings, each once.
struct LogWords {
  std::string first, last;
  std::vector<std::string> warnings;
};

LogWords log_of(const fs::path& folder) {
  constexpr size_t kTime = 19;  // "2026-11-28 07:11:01"
  constexpr std::string_view kWarning = " warning: ";
  LogWords words;
  std::istringstream text(fs::exists(folder / "log.txt") ? read_text(folder / "log.txt") : "");
  for (std::string line; std::getline(text, line);) {
    if (line.size() < kTime || line[4] != '-' || line[13] != ':') continue;
    if (words.first.empty()) words.first = line.substr(0, kTime);
    words.last = line.substr(0, kTime);
    if (std::string_view(line).substr(kTime).starts_with(kWarning)) {
      add_once(line.substr(kTime + kWarning.size()), words.warnings);
    }
  }
  return words;
}

std::string alarms_of(const Json& summary, const LogWords& log) {
  std::string alarms;
  const auto add = [&](const std::string& text) {
    alarms += "<div class=\"alarm\" role=\"alert\">" + escaped(text) + "</div>\n";
  };
  const std::string status = text_at(summary, "status", "");
  if (!status.empty() && status != "done") {
    add("This run ended as " + status + ": " + text_at(summary, "error", "no reason was kept"));
  }
  for (const std::string& warning : log.warnings) add(warning);
  return alarms;
}

/// A word as a shell takes it.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,+@%-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char byte : text) quoted += byte == '\'' ? "'\\''" : std::string(1, byte);
  return quoted + "'";
}

std::string shown_value(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string differences_of(const Json& config, const std::vector<FieldInfo>& fields) {
  if (fields.empty()) return "";
  std::vector<HtmlRow> rows;
  for (const Difference& one : differences(config, fields)) {
    rows.push_back(
        {{.text = one.key}, {.text = shown_value(one.value)}, {.text = shown_value(one.usual)}});
  }
  if (rows.empty()) return html_text("All options are its command's defaults.");
  return "<h3>What differs from the defaults</h3>\n" +
         html_table({{"option"}, {"here"}, {"default"}}, rows);
}

std::string environment_of(const Json& environment, const LogWords& log) {
  std::vector<std::pair<std::string, std::string>> items;
  if (!log.first.empty()) items = {{"began", log.first}, {"last word", log.last}};
  for (const auto& [key, value] : environment.items()) {
    if (key == "class_names" || key == "earlier" || value == "") continue;
    items.emplace_back(key == "data" ? "data fingerprint" : words_of(key), shown_value(value));
  }
  if (items.empty()) return "";
  return "<h3>Where it ran, and on what</h3>\n" + html_list(items);
}

std::string made_by(const fs::path& folder, const std::string& command) {
  return html_text("To repeat it, from the folder where it was started:") +
         html_code("stl10 " + shell_word(command) + " --config " +
                   shell_word((folder / "config.json").lexically_normal().string()));
}

/// Curves of all metrics, then of what else each line says.
std::string curves_of(const std::vector<Json>& lines) {
  std::vector<std::string> figures;
  for (const Chart& chart : charts_of(lines)) {
    const bool has_points = std::any_of(chart.curves.begin(), chart.curves.end(),
                                        [](const Curve& curve) { return !curve.points.empty(); });
    if (has_points) figures.push_back(html_figure(draw_svg({chart}), ""));
  }
  for (const auto& [key, name] :
       {std::pair{"learning_rate", "learning rate"}, {"images_per_second", "images/s"}}) {
    Curve curve{name, colour_of(0), {}};
    for (const Json& line : lines) {
      if (const auto value = number_at(line, {key})) {
        curve.points.push_back({line["epoch"], *value});
      }
    }
    if (curve.points.empty()) continue;
    figures.push_back(html_figure(draw_svg({{.title = name, .curves = {curve}}}), ""));
  }
  return html_grid(figures);
}

/// The classifiers' test predictions as one; of folds all of them, each image once a fold.
std::optional<Predictions> predictions_of(const fs::path& folder) {
  try {
    std::vector<Predictions> all = read_predictions(folder / "predictions.csv", "test");
    Predictions joined = all.front();
    for (size_t i = 1; i < all.size(); ++i) {
      joined.indices.insert(joined.indices.end(), all[i].indices.begin(), all[i].indices.end());
      joined.labels = at::cat({joined.labels, all[i].labels});
      joined.probabilities = at::cat({joined.probabilities, all[i].probabilities});
      joined.predicted = at::cat({joined.predicted, all[i].predicted});
    }
    return joined;
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// As many names as there are classes, whatever the run kept.
std::vector<std::string> names_of(const Json& environment, int64_t classes) {
  std::vector<std::string> names;
  const Json* kept = find(environment, {"class_names"});
  for (int64_t k = 0; k < classes; ++k) {
    const auto place = static_cast<size_t>(k);
    const bool known =
        kept != nullptr && kept->is_array() && place < kept->size() && (*kept)[place].is_string();
    names.push_back(known ? (*kept)[place].get<std::string>() : "class " + std::to_string(k));
  }
  return names;
}

std::string classifier_of(const fs::path& folder, const Json& environment) {
  const std::optional<Predictions> predictions = predictions_of(folder);
  if (!predictions) return "";
  const ClassifierMeasures measures = measure_classifier(*predictions);
  const std::vector<std::string> names = names_of(environment, predictions->probabilities.size(1));
  return html_section("What is taken for what", html_confusion(measures.scores, names)) +
         html_section("Classes", html_classes(measures.scores, names)) +
         html_section("Is it as right as it is sure?", html_reliability(measures.calibration));
}

/// As a picture, in which nothing runs: the file may be anybody's.
std::string assumptions_of(const fs::path& folder, const Json& summary) {
  std::string content = html_assumptions(summary);
  if (content.empty()) return "";
  if (fs::exists(folder / "assumptions.svg")) {
    content +=
        html_figure("<img class=\"charts\" alt=\"charts of the assumptions\" src=\"" +
                        data_url("image/svg+xml", read_file(folder / "assumptions.svg")) + "\">",
                    "");
  }
  return content;
}

std::string raw_files(const fs::path& folder) {
  std::string content;
  for (const char* name : {"config.json", "environment.json", "summary.json"}) {
    const Json json = json_or_empty(folder / name);
    if (!json.empty()) content += html_details(name, html_code(json.dump(2)));
  }
  return content;
}

}  // namespace

std::string run_report(const fs::path& folder, const CommandFields& fields,
                       const ReportPictures& pictures) {
  const Json config = load_json(folder / "config.json");
  const Json environment = json_or_empty(folder / "environment.json");
  const Json summary = json_or_empty(folder / "summary.json");
  const LogWords log = log_of(folder);
  const std::string command = text_at(config, "command", "run");
  const fs::path whole = (fs::absolute(folder) / "").lexically_normal().parent_path();
  const std::string name = whole.filename().string();
  const std::string comparison = html_comparison(summary);
  const bool compares = !comparison.empty();
  const std::string head = "<header>\n<h1>" + escaped(command) + "</h1>\n<p class=\"soft\">" +
                           escaped(name) + (log.first.empty() ? "" : ", begun " + log.first) +
                           "</p>\n" + html_cards(summary) + alarms_of(summary, log) +
                           "</header>\n<main>\n";
  return html_page(
      command + ": " + name,
      head +
          html_section("The run", made_by(folder, command) +
                                      differences_of(config, fields(command)) +
                                      environment_of(environment, log)) +
          (compares ? comparison : html_section("Curves", curves_of(read_metrics(folder)))) +
          html_section("Results", html_results(summary)) +
          html_section("Against floors", html_floors(summary)) +
          html_section("What was chosen", html_choice(summary)) +
          classifier_of(folder, environment) + html_section("Features", html_features(summary)) +
          html_section("Assumptions of semi-supervised learning", assumptions_of(folder, summary)) +
          (compares ? "" : html_pictures(pictures)) +
          html_section("The run's own files", raw_files(folder)) + "</main>\n");
}

void save_report(const fs::path& folder, const CommandFields& fields,
                 const ReportPictures& pictures) {
  save_atomically(folder / kReportName, run_report(folder, fields, pictures));
}

ReportFile::ReportFile(const fs::path& folder, int64_t epochs, CommandFields fields)
    : folder_(folder), every_((epochs + 9) / 10), fields_(std::move(fields)) {}

void ReportFile::on_epoch(const EpochRecord& record) {
  if (record.epoch % every_ != 0) return;
  try {
    save_report(folder_, fields_,
                {.missing = {"The run was going on when this page was written: there are pictures "
                             "on the page of its end, or from stl10 report."}});
  } catch (const IoError&) {
    return;  // a view of files that are there; what the run can't do without will say so
  }
}

}  // namespace stl10
