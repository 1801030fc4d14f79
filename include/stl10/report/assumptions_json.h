#pragma once

#include <string>
#include <vector>

#include "stl10/base/options_json.h"
#include "stl10/evaluate/assumptions.h"

namespace stl10 {

/// All figures as summary.json has them.
Json to_json(const Assumptions& found, const std::vector<std::string>& class_names);

}  // namespace stl10
