#include "stl10/report/curves.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "stl10/report/text.h"

namespace stl10 {
namespace {

constexpr double kWidth = 420, kHeight = 316;                       // one chart
constexpr double kLeft = 52, kRight = 14, kTop = 50, kBottom = 40;  // around its plot
constexpr double kLegendWidth = 98;                                 // of a name
constexpr size_t kColumns = 3;                                      // of charts
constexpr int kMostLines = 10;                                      // of a grid
constexpr char kStyle[] =
    "<style>text{font:12px system-ui,sans-serif;fill:#24292f}.grid{stroke:#d0d7de}"
    ".level{stroke:#6e7781;stroke-dasharray:5 "
    "4}.back{fill:#ffffff}@media(prefers-color-scheme:dark){text{fill:#e6edf3}"
    ".grid{stroke:#30363d}.level{stroke:#8b949e}.back{fill:#0d1117}}</style>\n";

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

/// A round step that divides `span` into three to eight parts: 1, 2 or 5 times a power of ten.
double tick_step(double span) {
  const double power = std::pow(10, std::floor(std::log10(span / 4)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (span / (factor * power) <= 7) return factor * power;
  }
  return 10 * power;
}

/// Whether a value can be drawn: beyond the limit, differences overflow.
bool drawable(double value) { return std::abs(value) < 1e100; }

struct Axes {
  double x_low, x_high, y_low, y_high;
  double left, top;  ///< of the chart on the page
  bool logarithmic;

  double x(double value) const {
    const double share = logarithmic ? std::log(value / x_low) / std::log(x_high / x_low)
                                     : (value - x_low) / (x_high - x_low);
    return left + kLeft + share * (kWidth - kLeft - kRight);
  }
  double y(double value) const {
    return top + kHeight - kBottom -
           (value - y_low) / (y_high - y_low) * (kHeight - kTop - kBottom);
  }
};

struct Range {
  double low = INFINITY, high = -INFINITY;

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

Axes fit_axes(const Chart& chart, double left, double top) {
  Range x, y;
  for (const Curve& curve : chart.curves) {
    for (const CurvePoint& point : curve.points) {
      x.add(point.x);
      if (drawable(point.value)) y.add(point.value);
    }
  }
  for (const Level& level : chart.levels) {
    if (drawable(level.value)) y.add(level.value);
  }
  if (chart.scale == Scale::kCounted) x = {1, std::max(2.0, x.high)};
  if (x.low > x.high) x = {1, 2};
  if (x.low == x.high) x.high = 2 * x.high + (x.high <= 0);
  if (y.low > y.high) y = {0, 0};
  const double margin =
      y.high > y.low ? 0.05 * (y.high - y.low) : std::max(0.5, 0.05 * std::abs(y.high));
  return {x.low,
          x.high,
          y.low - margin,
          y.high + margin,
          left,
          top,
          chart.scale == Scale::kLogarithmic};
}

std::string svg_text(double x, double y, const std::string& anchor, const std::string& text) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" +
         escaped(text) + "</text>\n";
}

std::vector<double> x_ticks(const Axes& axes, Scale scale) {
  std::vector<double> ticks;
  if (scale == Scale::kLogarithmic) {
    for (double power = std::pow(10, std::floor(std::log10(axes.x_low))); power <= axes.x_high;
         power *= 10) {
      for (const double factor : {1, 2, 5}) ticks.push_back(factor * power);
    }
    std::erase_if(ticks, [&](double v) { return v < axes.x_low || v > axes.x_high; });
    return ticks;
  }
  const double fitting = tick_step(axes.x_high - axes.x_low);
  const double step = scale == Scale::kCounted ? std::max(1.0, fitting) : fitting;
  const double first = scale == Scale::kCounted ? step : std::ceil(axes.x_low / step) * step;
  for (double v = first; v <= axes.x_high; v += step)
    ticks.push_back(std::abs(v) < step / 2 ? 0 : v);
  return ticks;
}

std::string draw_grid(const Axes& axes, const Chart& chart) {
  std::string svg;
  const double left = axes.x(axes.x_low), right = axes.x(axes.x_high);
  const double y_step = tick_step(axes.y_high - axes.y_low);
  // Counted, because adding a small step to a large value may not change it.
  const double first = std::ceil(axes.y_low / y_step) * y_step;
  for (int line = 0; line < kMostLines && first + line * y_step <= axes.y_high; ++line) {
    const double v = first + line * y_step;
    const std::string y = number(axes.y(v));
    svg += "<line class=\"grid\" x1=\"" + number(left) + "\" x2=\"" + number(right) + "\" y1=\"" +
           y + "\" y2=\"" + y + "\"/>\n" +
           svg_text(left - 6, axes.y(v) + 4, "end", number(std::abs(v) < y_step / 2 ? 0 : v));
  }
  for (const double v : x_ticks(axes, chart.scale)) {
    svg += svg_text(axes.x(v), axes.top + kHeight - kBottom + 18, "middle", number(v));
  }
  return svg + svg_text((left + right) / 2, axes.top + kHeight - 6, "middle", chart.x_name);
}

/// The line, and a dot for each value where they are few: a line through one point is invisible.
/// @param legend where its name stands.
std::string draw_curve(const Curve& curve, const Axes& axes, double legend) {
  constexpr size_t kFewPoints = 20;
  std::string points, dots;
  for (const auto& [place, value] : curve.points) {
    if (!drawable(value)) continue;
    const std::string x = number(axes.x(place)), y = number(axes.y(value));
    points += x + "," + y + " ";
    dots += "<circle cx=\"" + x + "\" cy=\"" + y + "\" r=\"2.5\" fill=\"" + curve.colour + "\"/>\n";
  }
  if (curve.points.size() > kFewPoints) dots.clear();
  return "<polyline fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke=\"" +
         curve.colour + "\" points=\"" + points + "\"/>\n" + dots + "<rect x=\"" + number(legend) +
         "\" y=\"" + number(axes.top + 33) + "\" width=\"14\" height=\"4\" fill=\"" + curve.colour +
         "\"/>\n" + svg_text(legend + 19, axes.top + 40, "start", curve.name);
}

std::string draw_level(const Level& level, const Axes& axes) {
  if (!drawable(level.value)) return "";
  const std::string y = number(axes.y(level.value));
  const double right = axes.x(axes.x_high);
  const bool low = axes.y(level.value) < axes.top + kTop + 16;  // no room above it
  return "<line class=\"level\" x1=\"" + number(axes.x(axes.x_low)) + "\" x2=\"" + number(right) +
         "\" y1=\"" + y + "\" y2=\"" + y + "\"/>\n" +
         svg_text(right, axes.y(level.value) + (low ? 14 : -4), "end", level.name);
}

std::string draw_chart(const Chart& chart, double left, double top) {
  const Axes axes = fit_axes(chart, left, top);
  std::string svg = svg_text(left + 12, top + 20, "start", chart.title) + draw_grid(axes, chart);
  for (const Level& level : chart.levels) svg += draw_level(level, axes);
  const auto curves = std::count_if(chart.curves.begin(), chart.curves.end(),
                                    [](const Curve& curve) { return !curve.points.empty(); });
  const double room = kWidth - kLeft - kRight;
  const double step =
      std::min(kLegendWidth, room / std::max<double>(1, static_cast<double>(curves)));
  double legend = left + kLeft;
  for (const Curve& curve : chart.curves) {
    if (curve.points.empty()) continue;
    svg += draw_curve(curve, axes, legend);
    legend += step;
  }
  return svg;
}

/// What the pictures show, for those who can't see them.
std::string description(const std::vector<Chart>& charts) {
  std::string text = "Curves";
  for (const Chart& chart : charts) text += (&chart == charts.data() ? " of " : ", ") + chart.title;
  return escaped(text);
}

}  // namespace

std::string draw_svg(const std::vector<Chart>& charts) {
  const size_t columns = std::min(charts.size(), kColumns);
  const size_t rows = (charts.size() + kColumns - 1) / kColumns;
  const std::string width = number(kWidth * static_cast<double>(columns));
  const std::string height = number(kHeight * static_cast<double>(rows));
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " +
                    height + "\" width=\"" + width + "\" height=\"" + height +
                    "\" role=\"img\" aria-label=\"" + description(charts) + "\">\n" + kStyle +
                    "<rect class=\"back\" width=\"100%\" height=\"100%\"/>\n";
  for (size_t i = 0; i < charts.size(); ++i) {
    const size_t column = i % kColumns, row = i / kColumns;
    svg += draw_chart(charts[i], kWidth * static_cast<double>(column),
                      kHeight * static_cast<double>(row));
  }
  return svg + "</svg>\n";
}

}  // namespace stl10
