#include "stl10/base/csv.h"

#include <algorithm>

namespace stl10 {
namespace {

/// Takes a field from the beginning of `text`; false where it isn't one.
bool take_field(std::string_view& text, std::string& field) {
  if (!text.starts_with('"')) {
    const size_t end = std::min(text.find_first_of(",\n"), text.size());
    field = text.substr(0, end);
    text.remove_prefix(end);
    if (field.ends_with('\r')) field.pop_back();
    return true;
  }
  for (bool first = true; text.starts_with('"'); first = false) {
    if (!first) field += '"';  // a pair of quotes is one of the field
    text.remove_prefix(1);
    const size_t end = text.find('"');
    if (end == std::string_view::npos) return false;
    field += text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  if (text.starts_with("\r\n")) text.remove_prefix(1);
  return text.empty() || text.starts_with(',') || text.starts_with('\n');
}

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::optional<std::vector<std::vector<std::string>>> csv_lines(std::string_view text) {
  std::vector<std::vector<std::string>> lines;
  while (!text.empty()) {
    std::vector<std::string>& line = lines.emplace_back();
    for (bool more = true; more;) {
      if (!take_field(text, line.emplace_back())) return std::nullopt;
      more = text.starts_with(',');
      if (!text.empty()) text.remove_prefix(1);
    }
  }
  return lines;
}

}  // namespace stl10
