#include "stl10/evaluate/predictions.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>
#include <set>
#include <string_view>

#include "stl10/base/error.h"
#include "stl10/base/file.h"

namespace stl10 {
namespace {

/// Rows of one fold as they are read.
struct Rows {
  std::vector<int64_t> indices, labels, predicted;
  std::vector<float> probabilities;
  std::set<int64_t> seen;
};

class Reader {
 public:
  Reader(const std::filesystem::path& path, const std::string& split)
      : path_(path), split_(split), text_(read_text(path)) {}

  std::vector<Predictions> read() {
    read_header();
    while (next_line()) {
      if (fields_.front() == split_) read_row();
    }
    if (folds_.empty()) refuse("rows of the " + split_ + " images", "none");
    std::vector<Predictions> all;
    for (auto& [fold, rows] : folds_) {
      all.push_back({.indices = rows.indices,
                     .labels = at::tensor(rows.labels, at::kLong),
                     .probabilities = at::tensor(rows.probabilities, at::kFloat)
                                          .reshape({-1, static_cast<int64_t>(classes_)}),
                     .predicted = at::tensor(rows.predicted, at::kLong)});
    }
    return all;
  }

 private:
  [[noreturn]] void refuse(const std::string& expected, const std::string& found) const {
    throw DataError({path_.string() + (line_ > 0 ? " line " + std::to_string(line_) : "") +
                         " is not of predictions",
                     expected, found, "run the command that wrote it again"});
  }

  bool next_line() {
    const std::string_view rest = std::string_view(text_).substr(place_);
    if (rest.empty()) {
      line_ = 0;
      return false;
    }
    std::string_view line = rest.substr(0, rest.find('\n'));
    place_ += std::min(rest.size(), line.size() + 1);
    ++line_;
    fields_.clear();
    while (true) {
      const size_t comma = line.find(',');
      fields_.push_back(line.substr(0, comma));
      if (comma == std::string_view::npos) return true;
      line.remove_prefix(comma + 1);
    }
  }

  void read_header() {
    const std::string header = text_.substr(0, text_.find('\n')) + "\n";
    next_line();
    with_fold_ = header.ends_with(",fold\n");
    constexpr size_t kBefore = 4;  // split, index, label, predicted
    const size_t others = kBefore + (with_fold_ ? 1 : 0);
    classes_ = fields_.size() - std::min(fields_.size(), others);
    if (classes_ > 0 && header == csv_header(static_cast<int64_t>(classes_), with_fold_)) return;
    refuse("split,index,label,predicted,p0,…", printable(header.substr(0, 60)));
  }

  void read_row() {
    const size_t count = 4 + classes_ + (with_fold_ ? 1 : 0);
    if (fields_.size() != count) {
      refuse(std::to_string(count) + " fields", std::to_string(fields_.size()));
    }
    const auto classes = static_cast<int64_t>(classes_);
    Rows& rows = folds_[with_fold_ ? number<int64_t>(count - 1, 0, 1 << 20) : 0];
    rows.indices.push_back(number<int64_t>(1, 0, int64_t{1} << 40));
    rows.labels.push_back(number<int64_t>(2, 0, classes - 1));
    rows.predicted.push_back(number<int64_t>(3, 0, classes - 1));
    for (size_t k = 0; k < classes_; ++k) rows.probabilities.push_back(number<float>(4 + k, 0, 1));
    if (rows.seen.insert(rows.indices.back()).second) return;
    refuse("each image once", "image " + std::to_string(rows.indices.back()) + " again");
  }

  template <class T>
  T number(size_t field, T low, T high) const {
    const std::string_view text = fields_[field];
    T value{};
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool sound = error == std::errc() && stop == text.data() + text.size();
    if (!sound || !(value >= low && value <= high)) {
      refuse("a number in [" + std::to_string(low) + ", " + std::to_string(high) + "]",
             printable(std::string(text)));
    }
    return value;
  }

  std::filesystem::path path_;
  std::string split_, text_;
  size_t place_ = 0, line_ = 0, classes_ = 0;
  bool with_fold_ = false;
  std::vector<std::string_view> fields_;
  std::map<int64_t, Rows> folds_;
};

}  // namespace

std::string csv_header(int64_t classes, bool with_fold) {
  std::string line = "split,index,label,predicted";
  for (int64_t k = 0; k < classes; ++k) line += ",p" + std::to_string(k);
  return line + (with_fold ? ",fold\n" : "\n");
}

std::string to_csv(const Predictions& predictions, const std::string& split,
                   const std::optional<int64_t>& fold) {
  const at::Tensor probabilities = predictions.probabilities.contiguous();
  const int64_t classes = probabilities.size(1);
  const float* p = probabilities.data_ptr<float>();
  std::string text;
  for (size_t i = 0; i < predictions.indices.size(); ++i) {
    text += split + "," + std::to_string(predictions.indices[i]) + "," +
            std::to_string(predictions.labels.data_ptr<int64_t>()[i]) + "," +
            std::to_string(predictions.predicted.data_ptr<int64_t>()[i]);
    for (int64_t k = 0; k < classes; ++k) {
      char number[32];
      std::snprintf(number, sizeof number, ",%.9g", static_cast<double>(*p++));
      text += number;
    }
    text += fold ? "," + std::to_string(*fold) + "\n" : "\n";
  }
  return text;
}

std::vector<Predictions> read_predictions(const std::filesystem::path& path,
                                          const std::string& split) {
  return Reader(path, split).read();
}

std::vector<Mistake> surest_mistakes(const Predictions& predictions, size_t count) {
  const at::Tensor probabilities = predictions.probabilities.contiguous();
  const int64_t classes = probabilities.size(1);
  const int64_t* labels = predictions.labels.data_ptr<int64_t>();
  const int64_t* predicted = predictions.predicted.data_ptr<int64_t>();
  std::vector<Mistake> mistakes;
  for (size_t i = 0; i < predictions.indices.size(); ++i) {
    if (labels[i] == predicted[i]) continue;
    const float* row = probabilities.data_ptr<float>() + static_cast<int64_t>(i) * classes;
    mistakes.push_back({predictions.indices[i], labels[i], predicted[i], row[predicted[i]]});
  }
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const Mistake& a, const Mistake& b) { return a.confidence > b.confidence; });
  mistakes.resize(std::min(mistakes.size(), count));
  return mistakes;
}

}  // namespace stl10
