#include "stl10/report/comparison_report.h"

#include <algorithm>
#include <cmath>

#include "stl10/evaluate/comparison.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

using Names = std::vector<std::string>;

/// One figure of a group.
struct Figure {
  std::string key, title;
  MeanDeviation value;
  bool is_percent = true;
};

std::vector<Figure> figures_of(const RunGroup& group) {
  std::vector<ClassifierMeasures> judgements;
  for (const Predictions& one : group.classifiers) judgements.push_back(measure_classifier(one));
  const auto over = [&](const auto& figure) {
    std::vector<std::optional<double>> values;
    for (const ClassifierMeasures& judgement : judgements) values.push_back(figure(judgement));
    return mean_deviation(values);
  };
  using J = const ClassifierMeasures&;
  return {{"accuracy", "accuracy", over([](J j) { return j.scores.accuracy; })},
          {"macro_f1", "macro F1", over([](J j) { return j.scores.f1.value; })},
          {"mean_iou", "mean IoU", over([](J j) { return j.scores.iou.value; })},
          {"ece", "ECE", over([](J j) { return j.calibration.ece; })},
          {"kappa", "kappa", over([](J j) { return j.scores.kappa; }), false},
          {"brier", "Brier", over([](J j) { return j.calibration.brier; }), false},
          {"loss", "loss", mean_deviation(group.losses), false}};
}

std::string shown(const Figure& figure) {
  if (!figure.value.mean) return "–";
  const double scale = figure.is_percent ? 100 : 1;
  const int digits = figure.is_percent ? 1 : 3;
  std::string text = fixed(scale * *figure.value.mean, digits);
  if (figure.value.deviation) text += " ± " + fixed(scale * *figure.value.deviation, digits);
  return text + (figure.is_percent ? " %" : "");
}

std::string describe(const RunGroup& group) {
  const size_t runs = group.folders.size(), classifiers = group.classifiers.size();
  std::string text = group.name + ": " + group.folders.front();
  if (runs > 1) text += " and " + std::to_string(runs - 1) + " more that differ in the seed";
  if (classifiers > runs) text += ", " + std::to_string(classifiers / runs) + " folds each";
  return text + (classifiers > 1 ? ": mean ± standard deviation" : "");
}

/// The mean over the classifiers of how many images of each class are right.
Json recalls_json(const RunGroup& group, const Names& names) {
  std::vector<Classification> scores;
  for (const Predictions& one : group.classifiers) {
    scores.push_back(classification(one.labels, one.predicted, one.probabilities.size(1)));
  }
  Json classes = Json::array();
  for (size_t k = 0; k < names.size(); ++k) {
    std::vector<std::optional<double>> recalls;
    for (const Classification& one : scores) recalls.push_back(one.classes[k].recall);
    classes.push_back(
        {{"name", names[k]}, {"recall", number_or_null(mean_deviation(recalls).mean)}});
  }
  return classes;
}

Json to_json(const RunGroup& group, const std::vector<Figure>& figures, const Names& names) {
  Json json = {{"name", group.name},
               {"folders", group.folders},
               {"seeds", Json::array()},
               {"classifiers", group.classifiers.size()},
               {"classes", recalls_json(group, names)}};
  for (const std::optional<int64_t>& seed : group.seeds) {
    json["seeds"].push_back(seed ? Json(*seed) : Json(nullptr));
  }
  for (const Figure& figure : figures) {
    json[figure.key] = {{"mean", number_or_null(figure.value.mean)},
                        {"deviation", number_or_null(figure.value.deviation)}};
  }
  return json;
}

/// A row a group, columns as wide as they need to be; more than a line holds stand below.
std::vector<std::string> table_of(const std::vector<RunGroup>& groups,
                                  const std::vector<std::vector<Figure>>& figures) {
  constexpr size_t kLine = 80;
  size_t names = 0;
  for (const RunGroup& group : groups) names = std::max(names, columns_of(group.name));
  std::vector<std::string> heads = {left("", names)}, table;
  for (const RunGroup& group : groups) heads.push_back(left(group.name, names));
  std::vector<std::string> rows = heads;
  for (size_t column = 0; column < figures.front().size(); ++column) {
    std::vector<std::string> cells = {figures.front()[column].title};
    for (const std::vector<Figure>& row : figures) cells.push_back(shown(row[column]));
    size_t width = 0;
    for (const std::string& cell : cells) width = std::max(width, columns_of(cell));
    if (columns_of(rows[0]) + width + 2 > kLine) {
      table.insert(table.end(), rows.begin(), rows.end());
      rows = heads;
    }
    for (size_t i = 0; i < cells.size(); ++i) rows[i] += right(cells[i], width + 2);
  }
  table.insert(table.end(), rows.begin(), rows.end());
  return table;
}

std::string difference_text(const PairedDifference& difference) {
  return signed_points(difference.mean) + " points (95 % interval " +
         signed_points(difference.low) + " to " + signed_points(difference.high) + ")";
}

Json to_json(const PairedDifference& difference) {
  return {{"difference", difference.mean}, {"interval", {difference.low, difference.high}}};
}

/// The three classes where the two differ most.
std::string by_class(const Comparison& comparison, const Names& names) {
  std::vector<size_t> order;
  for (size_t k = 0; k < names.size(); ++k) {
    if (comparison.classes[k]) order.push_back(k);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::abs(comparison.classes[a]->mean) > std::abs(comparison.classes[b]->mean);
  });
  order.resize(std::min<size_t>(order.size(), 3));
  std::string text;
  for (const size_t k : order) {
    text += (text.empty() ? "" : ", ") + names[k] + " " + difference_text(*comparison.classes[k]);
  }
  return text;
}

void add_comparison(const RunGroup& first, const RunGroup& second, const Names& names,
                    ComparisonReport& report) {
  const Comparison comparison = compare(first.classifiers, second.classifiers);
  Json json = {{"first", first.name}, {"second", second.name}};
  json.update(to_json(comparison.accuracy));
  std::string line =
      second.name + " against " + first.name + ": accuracy " + difference_text(comparison.accuracy);
  json["mcnemar"] = nullptr;
  if (const auto& test = comparison.mcnemar) {
    json["mcnemar"] = {{"p_value", test->p_value},
                       {"only_first", test->only_first},
                       {"only_second", test->only_second}};
    line += "; McNemar's test: p = " + short_number(test->p_value) + ", " +
            with_commas(test->only_second) + " images right for " + second.name + " alone, " +
            with_commas(test->only_first) + " for " + first.name + " alone";
  }
  Json& classes = json["classes"] = Json::array();
  for (size_t k = 0; k < names.size(); ++k) {
    const auto& difference = comparison.classes[k];
    classes.push_back({{"name", names[k]}});
    classes.back().update(difference ? to_json(*difference)
                                     : Json{{"difference", nullptr}, {"interval", nullptr}});
  }
  report.comparisons.push_back(json);
  report.lines.push_back(line);
  report.lines.push_back("  most by class: " + by_class(comparison, names));
}

}  // namespace

ComparisonReport comparison_report(const std::vector<RunGroup>& groups, const Names& class_names) {
  ComparisonReport report;
  std::vector<std::vector<Figure>> figures;
  for (const RunGroup& group : groups) {
    figures.push_back(figures_of(group));
    report.runs.push_back(to_json(group, figures.back(), class_names));
    report.lines.push_back(describe(group));
  }
  const std::vector<std::string> table = table_of(groups, figures);
  report.lines.insert(report.lines.end(), table.begin(), table.end());
  for (size_t i = 1; i < groups.size(); ++i) {
    add_comparison(groups.front(), groups[i], class_names, report);
  }
  return report;
}

}  // namespace stl10
