#include "stl10/base/options.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "stl10/base/error.h"
#include "stl10/base/options_json.h"

namespace stl10 {
namespace {

std::string number_text(double value) { return Json(value).dump(); }

/// A number without a needless ".0".
std::string bound_text(double value) {
  std::string text = number_text(value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string subject(const detail::Place& place) { return "`" + place.key + "` in " + place.source; }

void check_range(double value, const std::string& text, Range range, const detail::Place& place) {
  if (range.contains(value)) return;
  throw ConfigError({subject(place), "a number " + describe(range), text,
                     "correct it, or give " + flag_of(place.key)});
}

}  // namespace

std::string flag_of(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return "--" + key;
}

std::string describe(const Range& range) {
  const bool low = std::isfinite(range.low), high = std::isfinite(range.high);
  if (low && high) {
    return (range.low_excluded ? "in (" : "in [") + bound_text(range.low) + ", " +
           bound_text(range.high) + "]";
  }
  if (low) return (range.low_excluded ? "above " : "at least ") + bound_text(range.low);
  return high ? "at most " + bound_text(range.high) : "";
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  size_t best_distance = word.size() / 2 + 2;
  for (const std::string& candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

Json parse_json(std::string_view text, const std::string& source) {
  constexpr int kDeepest = 32;
  std::vector<std::set<std::string>> keys;  // of each object that is open
  const auto guard = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kDeepest) {
      throw ConfigError({source + " is nested too deeply",
                         "at most " + std::to_string(kDeepest) + " levels", "more",
                         "correct the file"});
    }
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event != Json::parse_event_t::key) return true;
    const auto key = parsed.get<std::string>();
    if (!keys.back().insert(key).second) {
      throw ConfigError(
          {source + " has the key `" + key + "` twice in one object", "", "", "leave one of them"});
    }
    return true;
  };
  try {
    return Json::parse(text, guard);
  } catch (const Json::parse_error& error) {
    throw ConfigError({source + " is not valid JSON", "a complete JSON object",
                       "a fault at byte " + std::to_string(error.byte), "correct the file"});
  } catch (const Json::exception& error) {
    throw ConfigError({source + " is not valid JSON", "numbers that a double can hold",
                       error.what(), "correct the file"});
  }
}

std::string shown(const Json& json) {
  constexpr size_t kLongest = 60;
  if (json.is_number() && !std::isfinite(json.get<double>())) return "a number without end";
  std::string text = json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "…";
}

bool is_utf8(std::string_view text) {
  try {
    Json(text).dump();
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

namespace detail {

void wrong_type(const Json& json, const std::string& expected, const Place& place) {
  throw ConfigError({subject(place), expected, shown(json), "see --help for its values"});
}

void unknown_key(const Place& place, const std::vector<std::string>& known) {
  const size_t dot = place.key.rfind('.');
  const std::string prefix = dot == std::string::npos ? "" : place.key.substr(0, dot + 1);
  const std::string guess = nearest(place.key.substr(prefix.size()), known);
  throw ConfigError(
      {"unknown key " + subject(place), "", "",
       guess.empty() ? "see --help for the keys" : "did you mean `" + prefix + guess + "`?"});
}

void read(const Json& json, bool& value, Range, const Place& place) {
  if (!json.is_boolean()) wrong_type(json, "true or false", place);
  value = json.get<bool>();
}

void read(const Json& json, int64_t& value, Range range, const Place& place) {
  const bool fits = json.is_number_integer() &&
                    !(json.is_number_unsigned() &&
                      json.get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()});
  if (!fits) wrong_type(json, "an integer", place);
  const int64_t number = json.get<int64_t>();
  check_range(static_cast<double>(number), shown(json), range, place);
  value = number;
}

void read(const Json& json, double& value, Range range, const Place& place) {
  if (!json.is_number()) wrong_type(json, "a number", place);
  const double number = json.get<double>();
  if (!std::isfinite(number)) wrong_type(json, "a finite number", place);
  check_range(number, shown(json), range, place);
  value = number;
}

void read(const Json& json, std::string& value, Range, const Place& place) {
  if (!json.is_string()) wrong_type(json, "text", place);
  // Configs and summaries are JSON, which must be able to hold it.
  if (!is_utf8(json.get<std::string>())) wrong_type(json, "text in UTF-8", place);
  value = json.get<std::string>();
}

size_t read_choice(const Json& json, const std::vector<std::string>& names, const Place& place) {
  const auto found = json.is_string()
                         ? std::find(names.begin(), names.end(), json.get<std::string>())
                         : names.end();
  if (found != names.end()) return static_cast<size_t>(found - names.begin());
  std::string expected;
  for (const std::string& name : names) expected += (expected.empty() ? "" : ", ") + name;
  wrong_type(json, "one of " + expected, place);
}

}  // namespace detail
}  // namespace stl10
