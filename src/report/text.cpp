#include "stl10/report/text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace stl10 {
namespace {

std::string spaces_for(const std::string& text, size_t columns) {
  const size_t used = columns_of(text);
  return std::string(used < columns ? columns - used : 0, ' ');
}

}  // namespace

size_t columns_of(const std::string& text) {
  // All bytes but those that continue a letter.
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::string with_commas(int64_t value) {
  std::string digits = std::to_string(value);
  for (size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, ",");
  return digits;
}

std::string clock_text(double seconds) {
  const int64_t whole = std::llround(std::min(seconds, 1e15));
  char text[40];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  }
  return text;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string percent(double share) { return fixed(100 * share, 2) + " %"; }

std::string points(double share) { return fixed(100 * share, 1); }

std::string signed_points(double difference) {
  return (difference > 0 ? "+" : "") + points(difference);
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string words_of(std::string metric) {
  std::replace(metric.begin(), metric.end(), '_', ' ');
  return metric;
}

bool is_share(const std::string& metric) { return metric.ends_with("accuracy"); }

std::string left(const std::string& text, size_t columns) {
  return text + spaces_for(text, columns);
}

std::string right(const std::string& text, size_t columns) {
  return spaces_for(text, columns) + text;
}

std::string joined(const std::vector<std::string>& texts, const std::string& between) {
  std::string whole;
  for (const std::string& text : texts) whole += (whole.empty() ? "" : between) + text;
  return whole;
}

std::string wrapped(const std::string& line, size_t columns) {
  const size_t indentation = std::min(line.find_first_not_of(' '), line.size());
  std::string text = line.substr(0, indentation), present = text;
  for (size_t begin = indentation; begin < line.size();) {
    const size_t end = std::min(line.find(' ', begin + 1), line.size());
    const std::string word = line.substr(begin, end - begin);  // with the space before it
    if (columns_of(present + word) > columns && word.starts_with(' ')) {
      present = std::string(indentation + 2, ' ') + word.substr(word.find_first_not_of(' '));
      text += "\n" + present;
    } else {
      present += word;
      text += word;
    }
    begin = end;
  }
  return text;
}

std::string as_utf8(const std::string& text) {
  return is_utf8(text) ? text
                       : parse_json(Json(text).dump(-1, ' ', /*ensure_ascii=*/false,
                                                    Json::error_handler_t::replace),
                                    "a path")
                             .get<std::string>();
}

std::string escaped(const std::string& text) {
  std::string markup;
  for (const char byte : as_utf8(text)) {
    const bool control = static_cast<unsigned char>(byte) < 0x20 && byte != '\t' && byte != '\n';
    if (byte == '&') {
      markup += "&amp;";
    } else if (byte == '<') {
      markup += "&lt;";
    } else if (byte == '>') {
      markup += "&gt;";
    } else if (byte == '"') {
      markup += "&quot;";
    } else if (byte == '\'') {
      markup += "&#39;";
    } else if (control || byte == '\x7F') {
      markup += "\uFFFD";
    } else {
      markup += byte;
    }
  }
  return markup;
}

Json number_or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

}  // namespace stl10
