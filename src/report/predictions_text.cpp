#include "stl10/report/predictions_text.h"

#include <algorithm>

#include "stl10/base/csv.h"
#include "stl10/base/error.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

std::string csv_line(const PictureAnswer& answer, int64_t top) {
  std::string line = csv_field(answer.path) + "," + csv_field(answer.predicted) + "," +
                     (answer.in_class ? fixed(*answer.in_class, 4) : "");
  for (const auto& [name, probability] : answer.top) {
    line += "," + csv_field(name) + "," + Json(probability).dump();
  }
  for (auto more = static_cast<int64_t>(answer.top.size()); more < top; ++more) line += ",,";
  return line + "\n";
}

std::string table_line(const PictureAnswer& answer, size_t columns) {
  std::string line = left(printable(answer.path), columns) + "  ";
  if (answer.predicted != answer.top.front().first) line += answer.predicted + ": ";
  for (size_t i = 0; i < answer.top.size(); ++i) {
    line += (i == 0 ? "" : ", ") + answer.top[i].first + " " + percent(answer.top[i].second);
  }
  if (answer.in_class) line += "  (in class " + fixed(*answer.in_class, 3) + ")";
  return line + "\n";
}

}  // namespace

Json to_json(const PictureAnswer& answer) {
  Json top = Json::array();
  for (const auto& [name, probability] : answer.top) {
    top.push_back({{"class", name}, {"probability", probability}});
  }
  return {{"path", as_utf8(answer.path)},
          {"predicted", answer.predicted},
          {"probability", answer.top.front().second},
          {"top", top},
          {"in_class", number_or_null(answer.in_class)}};
}

PredictionText::PredictionText(PredictionFormat format, const std::vector<std::string>& paths,
                               int64_t top)
    : format_(format), top_(top) {
  for (const std::string& path : paths) columns_ = std::max(columns_, columns_of(path));
}

std::string PredictionText::header() const {
  if (format_ != PredictionFormat::kCsv) return "";
  std::string text = "path,predicted,in_class";
  for (int64_t rank = 1; rank <= top_; ++rank) {
    text += ",class_" + std::to_string(rank) + ",probability_" + std::to_string(rank);
  }
  return text + "\n";
}

std::string PredictionText::line(const PictureAnswer& answer) const {
  switch (format_) {
    case PredictionFormat::kTable:
      return table_line(answer, columns_);
    case PredictionFormat::kCsv:
      return csv_line(answer, top_);
    case PredictionFormat::kJsonl:
      break;
  }
  return to_json(answer).dump() + "\n";
}

}  // namespace stl10
