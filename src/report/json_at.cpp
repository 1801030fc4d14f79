#include "stl10/report/json_at.h"

#include <cmath>

namespace stl10 {

const Json* find(const Json& json, const JsonPath& path) {
  const Json* value = &json;
  for (const std::string& key : path) {
    if (!value->is_object() || !value->contains(key)) return nullptr;
    value = &(*value)[key];
  }
  return value;
}

std::optional<double> number_at(const Json& json, const JsonPath& path) {
  const Json* value = find(json, path);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::string text_at(const Json& json, const std::string& key, const std::string& otherwise) {
  const Json* value = find(json, {key});
  return value != nullptr && value->is_string() ? value->get<std::string>() : otherwise;
}

}  // namespace stl10
