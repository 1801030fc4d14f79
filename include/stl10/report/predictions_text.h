#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stl10/base/options_json.h"

/// What a classifier says of pictures, for people and programs.
namespace stl10 {

enum class PredictionFormat { kTable, kCsv, kJsonl };
inline std::vector<std::string_view> enum_names(PredictionFormat) {
  return {"table", "csv", "jsonl"};
}

struct PictureAnswer {
  std::string path;
  std::string predicted;                            ///< a class, or "none"
  std::vector<std::pair<std::string, double>> top;  ///< class and probability, most probable first
  std::optional<double> in_class;
};

/// {path, predicted, probability, top: [{class, probability}], in_class}.
Json to_json(const PictureAnswer& answer);

/// Answers line by line.
class PredictionText {
 public:
  /// @param paths of all pictures, for the width of a table. @param top classes of each answer.
  PredictionText(PredictionFormat format, const std::vector<std::string>& paths, int64_t top);

  std::string header() const;  ///< empty where the format has none
  std::string line(const PictureAnswer& answer) const;

 private:
  PredictionFormat format_;
  size_t columns_ = 0;
  int64_t top_;
};

}  // namespace stl10
