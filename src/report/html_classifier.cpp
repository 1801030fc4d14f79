#include "stl10/report/html_classifier.h"

#include <algorithm>
#include <optional>

#include "stl10/report/curves.h"
#include "stl10/report/html.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

using ClassNames = std::vector<std::string>;

constexpr int64_t kLargestHeatMap = 30;  // classes
constexpr size_t kMostPairs = 20;
constexpr double kStrong = 0.55;  // shares from which letters are white

std::string heat_cell(int64_t count, int64_t of, bool is_right) {
  const double share = of > 0 ? static_cast<double>(count) / static_cast<double>(of) : 0;
  if (count == 0) return "<td class=\"soft\">0</td>";
  return std::string("<td") + (share > kStrong ? " class=\"strong\"" : "") +
         " style=\"background:rgba(" + (is_right ? "0,114,178," : "213,94,0,") + fixed(share, 2) +
         ")\" title=\"" + percent(share) + "\">" + with_commas(count) + "</td>";
}

std::string heat_map(const Classification& scores, const ClassNames& names) {
  std::string table =
      "<div class=\"scroll\"><table class=\"heat\">\n<thead><tr><th scope=\"col\">is, taken "
      "for</th>";
  for (const std::string& name : names) {
    table += "<th scope=\"col\">" + escaped(name) + "</th>";
  }
  table += "</tr></thead>\n<tbody>\n";
  const auto confusion = scores.confusion.accessor<int64_t, 2>();
  for (int64_t label = 0; label < confusion.size(0); ++label) {
    const auto k = static_cast<size_t>(label);
    table += "<tr><th scope=\"row\">" + escaped(names[k]) + "</th>";
    for (int64_t other = 0; other < confusion.size(1); ++other) {
      table += heat_cell(confusion[label][other], scores.classes[k].images, label == other);
    }
    table += "</tr>\n";
  }
  return table + "</tbody>\n</table></div>\n";
}

/// The most frequent confusions, for more classes than a map holds.
std::string confused_pairs(const Classification& scores, const ClassNames& names) {
  std::vector<HtmlRow> rows;
  for (const Confusion& pair : most_confused(scores, kMostPairs)) {
    rows.push_back({{.text = names[pair.label]},
                    {.text = names[pair.predicted]},
                    {.text = with_commas(pair.images)}});
  }
  return html_text("There are " + std::to_string(names.size()) +
                   " classes: the pairs that are confused most often.") +
         html_table({{"class"}, {"taken for"}, {"images", true}}, rows);
}

HtmlCell score(const std::optional<double>& value) {
  return {.text = value ? fixed(100 * *value, 1) : "–", .share = value};
}

}  // namespace

std::string html_confusion(const Classification& scores, const ClassNames& class_names) {
  return scores.confusion.size(0) > kLargestHeatMap ? confused_pairs(scores, class_names)
                                                    : heat_map(scores, class_names);
}

std::string html_classes(const Classification& scores, const ClassNames& class_names) {
  std::vector<HtmlRow> rows;
  for (size_t k = 0; k < scores.classes.size(); ++k) {
    const ClassScores& row = scores.classes[k];
    rows.push_back({{.text = class_names[k]},
                    score(row.precision),
                    score(row.recall),
                    score(row.f1),
                    score(row.iou),
                    {.text = with_commas(row.images)}});
  }
  rows.push_back({{.text = "mean"},
                  score(scores.precision.value),
                  score(scores.recall.value),
                  score(scores.f1.value),
                  score(scores.iou.value),
                  {.text = with_commas(scores.count)}});
  return html_table({{"class"},
                     {"precision, %", true},
                     {"recall, %", true},
                     {"F1, %", true},
                     {"IoU, %", true},
                     {"images", true}},
                    rows);
}

std::string html_reliability(const Calibration& calibration) {
  Curve found{"accuracy", colour_of(0), {}};
  for (const ReliabilityBin& bin : calibration.bins) {
    if (bin.count > 0) found.points.push_back({bin.confidence, bin.accuracy});
  }
  const Curve ideal{"as sure as right", "#8c8c8c", {{0, 0}, {1, 1}}};
  return html_figure(draw_svg({{.title = "reliability",
                                .curves = {found, ideal},
                                .x_name = "confidence",
                                .scale = Scale::kLinear}}),
                     "ECE " + percent(calibration.ece) + ", with bins of equal mass " +
                         percent(calibration.ece_equal_mass) + "; largest error " +
                         percent(calibration.largest_error) + "; Brier score " +
                         fixed(calibration.brier, 3) + ". Below the line it is surer than right.");
}

}  // namespace stl10
