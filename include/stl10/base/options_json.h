#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "stl10/base/options.h"

namespace stl10 {

/// JSON whose keys keep their order, so that a written config reads as its struct does.
using Json = nlohmann::ordered_json;

/// Parses JSON text. @throws ConfigError naming `source` and the fault: unsound text (with its
/// position), a number that no double holds, a key that stands twice in an object, or nesting
/// deeper than anything of this program's (a writer that recurses would overflow the stack).
Json parse_json(std::string_view text, const std::string& source);

/// A value as messages show it: short, and UTF-8 whatever it holds.
std::string shown(const Json& json);

/// Whether `text` is UTF-8, as JSON needs it.
bool is_utf8(std::string_view text);

/// One field as help, completion and messages show it.
struct FieldInfo {
  std::string key;  ///< dotted path with underscores, "encoder.batch_norm"
  std::string help;
  std::string kind;  ///< "integer", "number", "true|false", "text", "a|b|c", "[number, …]", …
  std::string range;
  Json default_value;
};

namespace detail {

/// Where a value stands, for messages.
struct Place {
  std::string key;     ///< dotted path
  std::string source;  ///< a file's name or "the command line"
};

// Each sets `value` from `json` or throws ConfigError.
void read(const Json& json, bool& value, Range range, const Place& place);
void read(const Json& json, int64_t& value, Range range, const Place& place);
void read(const Json& json, double& value, Range range, const Place& place);
void read(const Json& json, std::string& value, Range range, const Place& place);
size_t read_choice(const Json& json, const std::vector<std::string>& names, const Place& place);
[[noreturn]] void wrong_type(const Json& json, const std::string& expected, const Place& place);
[[noreturn]] void unknown_key(const Place& place, const std::vector<std::string>& known);

template <NamedEnum E>
std::vector<std::string> names_of() {
  const auto names = enum_names(E{});
  return {std::begin(names), std::end(names)};
}

inline std::string kind_of(bool) { return "true|false"; }
inline std::string kind_of(int64_t) { return "integer"; }
inline std::string kind_of(double) { return "number"; }
inline std::string kind_of(const std::string&) { return "text"; }
template <NamedEnum E>
std::string kind_of(E) {
  std::string kind;
  for (const std::string& name : names_of<E>()) kind += (kind.empty() ? "" : "|") + name;
  return kind;
}
template <class T>
std::string kind_of(const std::vector<T>&) {
  return "[" + kind_of(T{}) + ", …]";
}
template <class T>
std::string kind_of(const OneOrList<T>&) {
  return kind_of(T{}) + "|" + kind_of(std::vector<int64_t>{});
}
template <class T>
std::string kind_of(const std::optional<T>&) {
  return kind_of(T{}) + "|null";
}

template <NamedEnum E>
void read(const Json& json, E& value, Range, const Place& place) {
  value = static_cast<E>(read_choice(json, names_of<E>(), place));
}

template <class T>
void read(const Json& json, std::vector<T>& value, Range range, const Place& place) {
  if (!json.is_array()) wrong_type(json, "a list", place);
  std::vector<T> items(json.size());
  for (size_t i = 0; i < items.size(); ++i) read(json[i], items[i], range, place);
  value = std::move(items);
}

template <class T>
void read(const Json& json, OneOrList<T>& value, Range range, const Place& place) {
  if (json.is_array()) {
    std::vector<int64_t> list;
    read(json, list, range, place);
    value = std::move(list);
  } else {
    const bool fits = std::is_same_v<T, bool> ? json.is_boolean() : json.is_number();
    if (!fits) wrong_type(json, kind_of(value), place);
    T one{};
    read(json, one, range, place);
    value = one;
  }
}

template <class T>
void read(const Json& json, std::optional<T>& value, Range range, const Place& place) {
  if (json.is_null()) return value.reset();
  T given{};
  read(json, given, range, place);
  value = std::move(given);
}

inline Json write(bool value) { return value; }
inline Json write(int64_t value) { return value; }
inline Json write(double value) { return value; }
inline Json write(const std::string& value) { return value; }
template <NamedEnum E>
Json write(E value) {
  return std::string(name_of(value));
}
template <class T>
Json write(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(write(value));
  return list;
}
template <class T>
Json write(const OneOrList<T>& value) {
  return std::visit([](const auto& given) { return write(given); }, value);
}
template <class T>
Json write(const std::optional<T>& value) {
  return value ? write(*value) : Json(nullptr);
}

struct Writer {
  Json json = Json::object();
  template <class T>
  void operator()(std::string_view key, T& value, std::string_view, Range = {}) {
    if constexpr (OptionGroup<T>) {
      Writer group;
      visit_fields(value, group);
      json[std::string(key)] = std::move(group.json);
    } else {
      json[std::string(key)] = write(value);
    }
  }
};

struct Describer {
  std::vector<FieldInfo> fields;
  std::string prefix;
  template <class T>
  void operator()(std::string_view key, T& value, std::string_view help, Range range = {}) {
    if constexpr (OptionGroup<T>) {
      const std::string outer = prefix;
      prefix += std::string(key) + ".";
      visit_fields(value, *this);
      prefix = outer;
    } else {
      fields.push_back({prefix + std::string(key), std::string(help), kind_of(value),
                        describe(range), write(value)});
    }
  }
};

struct Reader {
  const Json& json;
  std::string prefix;
  std::string source;
  std::vector<std::string> known;

  template <class T>
  void operator()(std::string_view name, T& value, std::string_view, Range range = {}) {
    const std::string key(name);
    known.push_back(key);
    if (!json.contains(key)) return;
    if constexpr (OptionGroup<T>) {
      read_group(json[key], value, prefix + key, source);
    } else {
      read(json[key], value, range, {prefix + key, source});
    }
  }

  template <OptionGroup T>
  static void read_group(const Json& json, T& options, const std::string& key,
                         const std::string& source) {
    if (!json.is_object()) wrong_type(json, "an object", {key, source});
    Reader reader{json, key.empty() ? "" : key + ".", source, {}};
    if constexpr (requires { apply_preset(options); }) {
      if (json.contains("preset")) {
        read(json["preset"], options.preset, {}, {reader.prefix + "preset", source});
        apply_preset(options);
      }
    }
    if constexpr (requires { change_kind(options, options.kind); }) {
      if (json.contains("kind")) {
        auto kind = options.kind;
        read(json["kind"], kind, {}, {reader.prefix + "kind", source});
        if (kind != options.kind) change_kind(options, kind);
      }
    }
    visit_fields(options, reader);
    for (const auto& item : json.items()) {
      if (std::find(reader.known.begin(), reader.known.end(), item.key()) == reader.known.end()) {
        unknown_key({reader.prefix + item.key(), source}, reader.known);
      }
    }
  }
};

}  // namespace detail

/// Every field of `options` as a JSON object, groups nested.
template <OptionGroup T>
Json to_json(T options) {
  detail::Writer writer;
  visit_fields(options, writer);
  return std::move(writer.json);
}

/// Sets the fields that `json` names and leaves the others. A group with `preset` and
/// `apply_preset(options)` is set to the preset first, one with `change_kind(options, kind)` to
/// another kind's options where `json` names another `kind`. `source` is said in messages.
/// @throws ConfigError on an unknown key (with the nearest valid one), a wrong type (3.5 for an
/// integer, too), or a number out of its range.
template <OptionGroup T>
void apply_json(T& options, const Json& json, const std::string& source) {
  detail::Reader::read_group(json, options, "", source);
}

/// Every field with its dotted key, help, range and present value.
template <OptionGroup T>
std::vector<FieldInfo> describe_fields(T options) {
  detail::Describer describer;
  visit_fields(options, describer);
  return std::move(describer.fields);
}

}  // namespace stl10
