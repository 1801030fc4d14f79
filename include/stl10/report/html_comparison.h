#pragma once

#include <string>

#include "stl10/base/options_json.h"

namespace stl10 {

/// What `eval RUN RUN…` found, of summary.json: each run's figures, their curves over each other
/// where the folders are still there, differences with intervals, and the classes. Empty where the
/// summary compares nothing.
std::string html_comparison(const Json& summary);

}  // namespace stl10
