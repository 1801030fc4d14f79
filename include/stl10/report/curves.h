#pragma once

#include <string>
#include <vector>

namespace stl10 {

/// A value of an epoch (1-based).
struct CurvePoint {
  double epoch = 1, value = 0;
};

/// A line of a chart through its points, which are in the order of epochs; epochs without a point
/// are passed over.
struct Curve {
  std::string name;
  std::string colour;  ///< CSS
  std::vector<CurvePoint> points;
};

/// One chart: curves over epochs with axes, ticks and a legend.
struct Chart {
  std::string title;
  std::vector<Curve> curves;
};

/// The charts, three in a row, as a self-contained SVG that reads well on light and dark pages.
std::string draw_svg(const std::vector<Chart>& charts);

}  // namespace stl10
