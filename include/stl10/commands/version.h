#pragma once

#include <string>

#include "stl10/base/compute.h"
#include "stl10/base/options_json.h"

namespace stl10 {

/// What `--version` prints: version, git hash, LibTorch, CUDA, the CPU's instruction set.
std::string version_text();

/// The content of environment.json. `data` is the fingerprint of the data set.
Json environment(const Compute& compute, const std::string& data);

}  // namespace stl10
