#pragma once

#include <optional>
#include <string>

#include "stl10/base/options_json.h"

/// Numbers and columns as people read them.
namespace stl10 {

/// "12,345".
std::string with_commas(int64_t value);

/// "1:02:03" or "2:03".
std::string clock_text(double seconds);

/// "58.63 %".
std::string percent(double share);

/// "0.0215": three significant digits.
std::string short_number(double value);

/// "0.0215": this many digits behind the point.
std::string fixed(double value, int digits);

/// A metric's name for people: "knn accuracy" for "knn_accuracy".
std::string words_of(std::string metric);

/// Whether a metric of this name is a share, read best as percent: accuracies.
bool is_share(const std::string& metric);

/// Letters of UTF-8.
size_t columns_of(const std::string& text);

/// `text` in `columns` columns, at the left or right; a letter of UTF-8 is one column.
std::string left(const std::string& text, size_t columns);
std::string right(const std::string& text, size_t columns);

/// A number, or null where it is undefined.
Json number_or_null(const std::optional<double>& value);

}  // namespace stl10
