#pragma once

#include <string>
#include <vector>

#include "stl10/evaluate/assumptions.h"

namespace stl10 {

/// What to do about a verdict; empty where all is well.
std::string advice_of(const Verdict& verdict);

/// One screen for the terminal: each verdict with the number that decides it and what to do, and
/// accuracies as labels get fewer and uneven.
std::vector<std::string> lines_of(const Assumptions& found);

}  // namespace stl10
