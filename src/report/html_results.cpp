#include "stl10/report/html_results.h"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "stl10/evaluate/confidence_interval.h"
#include "stl10/report/curves.h"
#include "stl10/report/html.h"
#include "stl10/report/html_intervals.h"
#include "stl10/report/json_at.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

std::string interval_text(double low, double high) { return points(low) + " to " + points(high); }

std::string number_text(const std::optional<double>& value, int digits) {
  return value ? fixed(*value, digits) : "–";
}

/// A pair [low, high] of numbers.
std::optional<ConfidenceInterval> interval_at(const Json& json, const JsonPath& path) {
  const Json* pair = find(json, path);
  if (pair == nullptr || !pair->is_array() || pair->size() != 2) return std::nullopt;
  if (!(*pair)[0].is_number() || !(*pair)[1].is_number()) return std::nullopt;
  return ConfidenceInterval{(*pair)[0], (*pair)[1]};
}

/// Of a share that is hits over `count`; of means over several classifiers it isn't one.
std::optional<ConfidenceInterval> interval_of(const std::optional<double>& share,
                                              const std::optional<double>& count) {
  if (!share || !count || *count < 1 || *count > 1e15 || *share < 0 || *share > 1) return {};
  const double hits = *share * *count;
  if (std::abs(hits - std::round(hits)) > 1e-3) return {};
  return wilson_interval(std::llround(hits), std::llround(*count));
}

/// A row for what stands at `path` of the summary, if anything does.
void add_row(const Json& summary, const std::string& name, const JsonPath& path,
             std::vector<HtmlRow>& rows) {
  const Json* part = find(summary, path);
  if (part == nullptr || !part->is_object()) return;
  const std::optional<double> accuracy = number_at(*part, {"accuracy"});
  const std::optional<double> count = number_at(*part, {"count"}),
                              loss = number_at(*part, {"loss"});
  if (!accuracy && !loss) return;
  const auto interval = interval_of(accuracy, count);
  rows.push_back({{.text = name},
                  {.text = accuracy ? points(*accuracy) + " %" : "–", .share = accuracy},
                  {.text = interval ? interval_text(interval->low, interval->high) : "–"},
                  {.text = number_text(loss, 4)},
                  {.text = count ? with_commas(std::llround(*count)) : "–"}});
}

std::string card(const std::string& figure, const std::string& name) {
  return "<div class=\"card\"><b>" + escaped(figure) + "</b>" + escaped(name) + "</div>\n";
}

/// "held-out" where that is what the validation images are.
std::string validation_of(const Json& summary) {
  return text_at(summary, "validation_split", "validation");
}

std::string protocol_text(const Json& summary) {
  const auto mean = number_at(summary, {"protocol", "mean"});
  const auto deviation = number_at(summary, {"protocol", "deviation"});
  if (!mean) return "";
  return html_text("Test accuracy over the folds: " + percent(*mean) +
                   (deviation ? " ± " + percent(*deviation) : "") +
                   " (mean ± standard deviation).");
}

std::string best_text(const Json& summary) {
  const auto epoch = number_at(summary, {"best", "epoch"});
  const auto accuracy = number_at(summary, {"best", "accuracy"});
  if (!epoch || *epoch < 1 || !accuracy) return "";
  const Json* best = find(summary, {"best"});
  std::string text = "Best epoch: " + fixed(*epoch, 0) + " by " +
                     text_at(*best, "selected_by", "validation") + ", " + percent(*accuracy) + ".";
  if (validation_of(summary) == "test") {
    text += " It was chosen on the test images: judge by the final weights.";
  }
  return html_text(text);
}

}  // namespace

std::string html_cards(const Json& summary) {
  std::string cards = card(text_at(summary, "status", "unfinished"), "status");
  const std::string held_out = validation_of(summary);
  const std::pair<JsonPath, std::string> places[] = {
      {{"test"}, "test accuracy"},
      {{"validation"}, held_out + " accuracy"},
      {{"probe", "validation"}, "probe accuracy, " + held_out},
      {{"knn"}, "kNN accuracy"},
      {{"features", "knn"}, "kNN accuracy"}};
  for (const auto& [path, name] : places) {
    const Json* part = find(summary, path);
    if (part == nullptr || !part->is_object()) continue;
    const auto accuracy = number_at(*part, {"accuracy"});
    if (!accuracy) continue;
    const auto interval = interval_of(accuracy, number_at(*part, {"count"}));
    cards += card(points(*accuracy) + " %",
                  name + (interval ? ", " + interval_text(interval->low, interval->high) : ""));
  }
  if (const auto seconds = number_at(summary, {"seconds"})) {
    cards += card(clock_text(*seconds), "time");
  }
  const auto rate = number_at(summary, {"images_per_second"});
  if (rate && *rate >= 1 && *rate < 1e15) {
    cards += card(with_commas(static_cast<int64_t>(*rate)), "images/s");
  }
  return "<div class=\"cards\">\n" + cards + "</div>\n";
}

std::string html_results(const Json& summary) {
  std::vector<HtmlRow> rows;
  const std::string held_out = validation_of(summary);
  add_row(summary, "train", {"train"}, rows);
  if (held_out != "test") add_row(summary, held_out, {"validation"}, rows);
  add_row(summary, "test", {"test"}, rows);
  add_row(summary, "contrastive", {"contrastive"}, rows);
  add_row(summary, "probe, train", {"probe", "train"}, rows);
  add_row(summary, "probe, " + held_out, {"probe", "validation"}, rows);
  for (const JsonPath& path :
       {JsonPath{"knn"}, {"knn_200"}, {"features", "knn"}, {"features", "knn_200"}}) {
    const Json* part = find(summary, path);
    const auto k = part != nullptr ? number_at(*part, {"k"}) : std::nullopt;
    add_row(summary, "kNN" + (k ? ", k = " + fixed(*k, 0) : ""), path, rows);
  }
  if (rows.empty()) return "";
  return html_table({{"final weights"},
                     {"accuracy", true},
                     {"95 % interval", true},
                     {"loss", true},
                     {"images", true}},
                    rows) +
         protocol_text(summary) + best_text(summary);
}

std::string html_floors(const Json& summary) {
  const Json* floors = find(summary, {"floors"});
  if (floors == nullptr || !floors->is_object()) return "";
  std::vector<NamedInterval> above;
  for (const auto& [name, floor] : floors->items()) {
    const auto accuracy = number_at(floor, {"accuracy"});
    const auto difference = number_at(floor, {"difference"});
    const auto interval = interval_at(floor, {"difference_interval"});
    if (!accuracy || !difference || !interval) continue;
    above.push_back({words_of(name) + ": " + points(*accuracy) + " %", *difference, interval->low,
                     interval->high});
  }
  if (above.empty()) return "";
  return html_text(
             "What a linear classifier reaches on features that nobody trained, and how far "
             "this run is above it:") +
         html_intervals("floor", above);
}

std::string html_choice(const Json& summary) {
  const Json* path = find(summary, {"choice", "path"});
  if (path == nullptr || !path->is_array()) return "";
  const std::string option = text_at(summary["choice"], "option", "value");
  Curve loss{"loss", colour_of(0), {}}, accuracy{"accuracy", colour_of(0), {}};
  bool above_zero = true;
  for (size_t i = path->size(); i-- > 0;) {  // from the largest
    const auto value = number_at((*path)[i], {option});
    if (!value) continue;
    above_zero = above_zero && *value > 0;
    if (const auto y = number_at((*path)[i], {"loss"})) loss.points.push_back({*value, *y});
    if (const auto y = number_at((*path)[i], {"accuracy"})) accuracy.points.push_back({*value, *y});
  }
  const Scale scale = above_zero ? Scale::kLogarithmic : Scale::kLinear;
  std::vector<std::string> figures;
  for (const Curve& curve : {loss, accuracy}) {
    if (curve.points.empty()) continue;
    figures.push_back(html_figure(draw_svg({{.title = curve.name + " of the candidates",
                                             .curves = {curve},
                                             .x_name = words_of(option),
                                             .scale = scale}}),
                                  ""));
  }
  const auto chosen = number_at(summary, {option});
  return html_grid(figures) +
         html_text("Chosen by " + text_at(summary["choice"], "by", "validation") +
                   (chosen ? ": " + words_of(option) + " " + short_number(*chosen) : "") + ".");
}

std::string html_features(const Json& summary) {
  const Json* features = find(summary, {"features"});
  if (features == nullptr || !features->is_object()) return "";
  std::vector<std::pair<std::string, std::string>> items;
  const auto add = [&](const std::string& prefix, const Json& from) {
    for (const auto& [name, value] : from.items()) {
      if (value.is_string()) items.emplace_back(prefix + words_of(name), value.get<std::string>());
      if (!value.is_number()) continue;
      const double number = value.get<double>();
      const bool whole = number == std::round(number) && std::abs(number) < 1e15;
      items.emplace_back(prefix + words_of(name),
                         whole ? with_commas(std::llround(number)) : short_number(number));
    }
  };
  add("", *features);
  if (const Json* kmeans = find(*features, {"kmeans"}); kmeans != nullptr && kmeans->is_object()) {
    add("k-means: ", *kmeans);
  }
  return html_list(items);
}

std::string html_assumptions(const Json& summary) {
  const Json* verdicts = find(summary, {"assumptions", "verdicts"});
  if (verdicts == nullptr || !verdicts->is_array()) return "";
  std::vector<HtmlRow> rows;
  for (const Json& verdict : *verdicts) {
    const auto value = number_at(verdict, {"value"});
    const auto interval = interval_at(verdict, {"interval"});
    rows.push_back(
        {{.text = text_at(verdict, "assumption", "?")},
         {.text = text_at(verdict, "standing", "?")},
         {.text = words_of(text_at(verdict, "measure", ""))},
         {.text = number_text(value, 3)},
         {.text = interval ? fixed(interval->low, 3) + " to " + fixed(interval->high, 3) : "–"},
         {.text = number_text(number_at(verdict, {"holds"}), 2)},
         {.text = number_text(number_at(verdict, {"violated"}), 2)},
         {.text = text_at(verdict, "advice", "")}});
  }
  return html_table({{"assumption"},
                     {"verdict"},
                     {"measure"},
                     {"value", true},
                     {"95 % interval", true},
                     {"holds at", true},
                     {"violated at", true},
                     {"what to do"}},
                    rows);
}

}  // namespace stl10
