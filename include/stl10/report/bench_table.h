#pragma once

#include <string>

#include "stl10/base/options_json.h"

namespace stl10 {

/// What `stl10 bench` measured, as people read it: a row for each stage, then the machine, memory
/// and start. @param result the JSON that `bench --json` prints.
std::string bench_table(const Json& result);

}  // namespace stl10
