#pragma once

#include <string>
#include <vector>

namespace stl10 {

/// A line of a chart; values[i] belongs to epoch i + 1.
struct Curve {
  std::string name;
  std::string colour;  ///< CSS
  std::vector<double> values;
};

/// One chart: curves over epochs with axes, ticks and a legend.
struct Chart {
  std::string title;
  std::vector<Curve> curves;
};

/// The charts side by side as a self-contained SVG that reads well on light and dark pages.
std::string draw_svg(const std::vector<Chart>& charts);

}  // namespace stl10
