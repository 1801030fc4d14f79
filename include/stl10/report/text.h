#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stl10/base/options_json.h"

/// Numbers and columns as people read them.
namespace stl10 {

/// "12,345".
std::string with_commas(int64_t value);

/// "1:02:03" or "2:03".
std::string clock_text(double seconds);

/// "58.63 %".
std::string percent(double share);

/// "58.6", and "+58.6": a share, or a difference of shares, in points of percent.
std::string points(double share);
std::string signed_points(double difference);

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

/// "a, b, c".
std::string joined(const std::vector<std::string>& texts, const std::string& between);

/// A line as several of at most `columns` columns, broken at spaces; what follows is indented as
/// the line itself is, and by two more. A longer word stays whole.
std::string wrapped(const std::string& line, size_t columns = 80);

/// `text` with a sign for every byte that is no UTF-8, as a path may have them.
std::string as_utf8(const std::string& text);

/// `text` as HTML and SVG show it, letter by letter, between tags and in quoted attributes. What
/// XML has no place for (control characters, bytes that are no UTF-8) is U+FFFD. The one place
/// where names from data, paths and flags become markup.
std::string escaped(const std::string& text);

/// A number, or null where it is undefined.
Json number_or_null(const std::optional<double>& value);

}  // namespace stl10
