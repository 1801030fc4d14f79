#include "stl10/report/classifier_report.h"

#include <algorithm>

#include "stl10/report/text.h"

namespace stl10 {
namespace {

using Names = std::vector<std::string>;

constexpr size_t kLongestTable = 20;  // classes

const std::string& name_of_class(const Names& names, int64_t k) {
  return names[static_cast<size_t>(k)];
}

std::string share(const std::optional<double>& value) {
  return value ? fixed(100 * *value, 1) + " %" : "–";
}

std::string table_row(const std::string& name, const std::optional<double> (&shares)[4],
                      int64_t images) {
  std::string line = left(name, 14);
  for (const std::optional<double>& value : shares) line += right(share(value), 11);
  return line + right(with_commas(images), 10);
}

void add_table(const Classification& scores, const Names& names, std::vector<std::string>& lines) {
  lines.push_back("class           precision     recall         F1        IoU    images");
  if (scores.classes.size() <= kLongestTable) {
    for (size_t k = 0; k < scores.classes.size(); ++k) {
      const ClassScores& row = scores.classes[k];
      lines.push_back(
          table_row(names[k], {row.precision, row.recall, row.f1, row.iou}, row.images));
    }
  }
  lines.push_back(table_row(
      "mean", {scores.precision.value, scores.recall.value, scores.f1.value, scores.iou.value},
      scores.count));
  const auto all = static_cast<int64_t>(scores.classes.size());
  if (scores.precision.classes == all && scores.recall.classes == all) return;
  lines.push_back("means over the classes where they are defined: precision " +
                  std::to_string(scores.precision.classes) + ", recall " +
                  std::to_string(scores.recall.classes) + ", F1 and IoU " +
                  std::to_string(scores.f1.classes) + " of " + std::to_string(all));
}

/// The three most frequent confusions.
std::string confusions(const Classification& scores, const Names& names) {
  std::string text;
  for (const Confusion& pair : most_confused(scores, 3)) {
    text += (text.empty() ? "" : ", ") + with_commas(pair.images) + " " + names[pair.label] +
            " taken for " + names[pair.predicted];
  }
  return text;
}

std::string mistakes_text(const std::vector<Mistake>& mistakes, const Names& names) {
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(mistakes.size(), 3); ++i) {
    const Mistake& mistake = mistakes[i];
    text += (i == 0 ? "" : ", ") + std::string("image ") + std::to_string(mistake.index) + " (" +
            name_of_class(names, mistake.label) + " as " + name_of_class(names, mistake.predicted) +
            ", " + share(mistake.confidence) + ")";
  }
  return text;
}

Json classes_json(const Classification& scores, const Names& names) {
  Json list = Json::array();
  for (size_t k = 0; k < scores.classes.size(); ++k) {
    const ClassScores& row = scores.classes[k];
    list.push_back({{"name", names[k]},
                    {"images", row.images},
                    {"predicted", row.predicted},
                    {"precision", number_or_null(row.precision)},
                    {"recall", number_or_null(row.recall)},
                    {"f1", number_or_null(row.f1)},
                    {"iou", number_or_null(row.iou)}});
  }
  return list;
}

Json confusion_json(const at::Tensor& confusion) {
  Json rows = Json::array();
  for (int64_t label = 0; label < confusion.size(0); ++label) {
    const int64_t* row = confusion.data_ptr<int64_t>() + label * confusion.size(1);
    rows.push_back(std::vector<int64_t>(row, row + confusion.size(1)));
  }
  return rows;
}

Json reliability_json(const std::vector<ReliabilityBin>& bins) {
  Json list = Json::array();
  for (size_t i = 0; i < bins.size(); ++i) {
    const ReliabilityBin& bin = bins[i];
    const auto mean = [&](double value) { return bin.count > 0 ? Json(value) : Json(nullptr); };
    list.push_back({{"above", static_cast<double>(i) / static_cast<double>(bins.size())},
                    {"to", static_cast<double>(i + 1) / static_cast<double>(bins.size())},
                    {"count", bin.count},
                    {"confidence", mean(bin.confidence)},
                    {"accuracy", mean(bin.accuracy)}});
  }
  return list;
}

}  // namespace

Json to_json(const ClassifierMeasures& judgement, const Names& class_names) {
  const Classification& scores = judgement.scores;
  const Calibration& calibration = judgement.calibration;
  Json mistakes = Json::array();
  for (const Mistake& mistake : judgement.mistakes) {
    mistakes.push_back({{"index", mistake.index},
                        {"label", mistake.label},
                        {"predicted", mistake.predicted},
                        {"confidence", mistake.confidence}});
  }
  return {{"accuracy_interval", {scores.accuracy_interval.low, scores.accuracy_interval.high}},
          {"top5", number_or_null(judgement.top5)},
          {"macro_precision", number_or_null(scores.precision.value)},
          {"macro_recall", number_or_null(scores.recall.value)},
          {"macro_f1", number_or_null(scores.f1.value)},
          {"mean_iou", number_or_null(scores.iou.value)},
          {"macro_over",
           {{"precision", scores.precision.classes},
            {"recall", scores.recall.classes},
            {"f1", scores.f1.classes},
            {"iou", scores.iou.classes}}},
          {"ece", calibration.ece},
          {"ece_equal_mass", calibration.ece_equal_mass},
          {"max_calibration_error", calibration.largest_error},
          {"brier", calibration.brier},
          {"kappa", number_or_null(scores.kappa)},
          {"confusion", confusion_json(scores.confusion)},
          {"classes", classes_json(scores, class_names)},
          {"reliability", reliability_json(calibration.bins)},
          {"confident_errors", mistakes}};
}

std::vector<std::string> lines_of(const ClassifierMeasures& judgement, const Names& class_names) {
  const Classification& scores = judgement.scores;
  const Calibration& calibration = judgement.calibration;
  std::vector<std::string> lines;
  lines.push_back("accuracy with 95 % interval: " + fixed(100 * scores.accuracy_interval.low, 1) +
                  " to " + share(scores.accuracy_interval.high) +
                  (judgement.top5 ? "; top-5 " + share(judgement.top5) : "") + "; Cohen's kappa " +
                  (scores.kappa ? fixed(*scores.kappa, 3) : "–"));
  lines.push_back("calibration: ECE " + share(calibration.ece) +
                  " (bins of equal mass: " + share(calibration.ece_equal_mass) +
                  "), largest error " + share(calibration.largest_error) + ", Brier score " +
                  fixed(calibration.brier, 3));
  add_table(scores, class_names, lines);
  if (judgement.mistakes.empty()) return lines;
  lines.push_back("most often: " + confusions(scores, class_names));
  lines.push_back("surest mistakes: " + mistakes_text(judgement.mistakes, class_names));
  return lines;
}

}  // namespace stl10
