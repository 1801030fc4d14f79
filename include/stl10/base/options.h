#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Options: a plain struct per concern, its defaults beside its fields, and one function
///
///   template <class Visitor>
///   void visit_fields(BlurOptions& options, Visitor& field) {
///     field("probability", options.probability, "share of images blurred", between(0, 1));
///     field("kernel", options.kernel, "what …");           // another struct: a group
///   }
///
/// that names key, help and range once. Flags (`describe_fields`), reading JSON (`apply_json`) and
/// writing JSON (`to_json`) are made from it. A field is bool, int64_t, double, std::string, a
/// std::optional or std::vector of one of these, a OneOrList, an enum with `enum_names`, or a
/// group.
namespace stl10 {

/// One value for all, or a list of whole numbers: `true`, `2` or `[1, 3]`.
template <class T>
using OneOrList = std::variant<T, std::vector<int64_t>>;

/// The values that a number may take.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_excluded = false;

  bool contains(double value) const {
    return (low_excluded ? value > low : value >= low) && value <= high;
  }
};

constexpr Range at_least(double low) { return {.low = low}; }
constexpr Range above(double low) { return {.low = low, .low_excluded = true}; }
constexpr Range between(double low, double high) { return {.low = low, .high = high}; }

/// "at least 1", "in [0, 1]", …; empty where every number is allowed.
std::string describe(const Range& range);

/// An enum whose values 0, 1, … have the names that `enum_names(E{})` lists (found by ADL).
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires {
  { enum_names(E{})[0] } -> std::convertible_to<std::string_view>;
};

/// The name of an enum's value.
template <NamedEnum E>
std::string_view name_of(E value) {
  return enum_names(E{})[static_cast<size_t>(value)];
}

/// A visitor that does nothing; it only serves to recognise groups.
struct NullVisitor {
  template <class T>
  void operator()(std::string_view, T&, std::string_view, Range = {}) {}
};

/// A struct with `visit_fields`.
template <class T>
concept OptionGroup = requires(T& options, NullVisitor& visitor) {
  visit_fields(options, visitor);
};

/// The flag of a key: "--encoder.batch-norm" of encoder.batch_norm.
std::string flag_of(std::string key);

/// The one of `candidates` that is nearest to `word` in edit distance (Levenshtein 1966), or an
/// empty string where none is similar.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace stl10
