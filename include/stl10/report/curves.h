#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

namespace stl10 {

/// A value of an epoch (1-based), or of whatever the chart is over.
struct CurvePoint {
  double x = 1, value = 0;
};

/// A line of a chart through its points, which are in the order of x; epochs without a point are
/// passed over.
struct Curve {
  std::string name;
  std::string colour;  ///< CSS
  std::vector<CurvePoint> points;
};

/// What the horizontal axis holds: whole numbers from 1; numbers; numbers above 0, as logarithms.
enum class Scale { kCounted, kLinear, kLogarithmic };

/// What curves are to be read against: a dashed line over the whole width.
struct Level {
  std::string name;
  double value = 0;
};

/// One chart: curves with axes, ticks and a legend.
struct Chart {
  std::string title;
  std::vector<Curve> curves;
  std::string x_name = "epoch";
  Scale scale = Scale::kCounted;
  std::vector<Level> levels = {};
};

/// The colours that all pictures take in turn, told apart by colour-blind people, too (Okabe and
/// Ito 2008).
inline constexpr const char* kColours[] = {"#d55e00", "#0072b2", "#009e73",
                                           "#cc79a7", "#e69f00", "#56b4e9"};
inline const char* colour_of(size_t number) { return kColours[number % std::size(kColours)]; }

/// The charts, three in a row, as a self-contained SVG that reads well on light and dark pages.
std::string draw_svg(const std::vector<Chart>& charts);

}  // namespace stl10
