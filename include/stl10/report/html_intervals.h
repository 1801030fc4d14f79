#pragma once

#include <string>
#include <vector>

namespace stl10 {

/// A difference of two shares and its interval.
struct NamedInterval {
  std::string name;
  double mean = 0, low = 0, high = 0;
};

/// A table of differences in points of percent, each drawn beside zero on one scale for all.
/// @param head what the names are: "floor", "class".
std::string html_intervals(const std::string& head, const std::vector<NamedInterval>& intervals);

}  // namespace stl10
