#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stl10/base/options_json.h"

/// Values of JSON that may be missing or of another type, as in a damaged run folder.
namespace stl10 {

using JsonPath = std::vector<std::string>;

/// The value at a path of keys, or null where it ends before.
const Json* find(const Json& json, const JsonPath& path);

/// A finite number.
std::optional<double> number_at(const Json& json, const JsonPath& path);

std::string text_at(const Json& json, const std::string& key, const std::string& otherwise);

}  // namespace stl10
