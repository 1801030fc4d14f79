#include "stl10/report/curves.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "stl10/report/text.h"

namespace stl10 {
namespace {

constexpr double kWidth = 420, kHeight = 300;                       // one chart
constexpr double kLeft = 52, kRight = 14, kTop = 34, kBottom = 40;  // around its plot
constexpr size_t kColumns = 3;                                      // of charts
constexpr int kMostLines = 10;                                      // of a grid
constexpr char kStyle[] =
    "<style>text{font:12px system-ui,sans-serif;fill:#24292f}.grid{stroke:#d0d7de}"
    ".back{fill:#ffffff}@media(prefers-color-scheme:dark){text{fill:#e6edf3}"
    ".grid{stroke:#30363d}.back{fill:#0d1117}}</style>\n";

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

std::string text_at(double x, double y, const std::string& anchor, const std::string& text) {
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
           text_at(left - 6, axes.y(v) + 4, "end", number(std::abs(v) < y_step / 2 ? 0 : v));
  }
  for (const double v : x_ticks(axes, chart.scale)) {
    svg += text_at(axes.x(v), axes.top + kHeight - kBottom + 18, "middle", number(v));
  }
  return svg + text_at((left + right) / 2, axes.top + kHeight - 6, "middle", chart.x_name);
}

/// The line, and a dot for each value where they are few: a line through one point is invisible.
std::string draw_curve(const Curve& curve, const Axes& axes, size_t number_of_curve) {
  constexpr size_t kFewPoints = 20;
  std::string points, dots;
  for (const auto& [place, value] : curve.points) {
    if (!drawable(value)) continue;
    const std::string x = number(axes.x(place)), y = number(axes.y(value));
    points += x + "," + y + " ";
    dots += "<circle cx=\"" + x + "\" cy=\"" + y + "\" r=\"2.5\" fill=\"" + curve.colour + "\"/>\n";
  }
  if (curve.points.size() > kFewPoints) dots.clear();
  const double legend = axes.x(axes.x_high) - 78 - 98 * static_cast<double>(number_of_curve);
  return "<polyline fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke=\"" +
         curve.colour + "\" points=\"" + points + "\"/>\n" + dots + "<rect x=\"" + number(legend) +
         "\" y=\"" + number(axes.top + 13) + "\" width=\"14\" height=\"4\" fill=\"" + curve.colour +
         "\"/>\n" + text_at(legend + 19, axes.top + 20, "start", curve.name);
}

}  // namespace

std::string draw_svg(const std::vector<Chart>& charts) {
  const size_t columns = std::min(charts.size(), kColumns);
  const size_t rows = (charts.size() + kColumns - 1) / kColumns;
  const std::string width = number(kWidth * static_cast<double>(columns));
  const std::string height = number(kHeight * static_cast<double>(rows));
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " +
                    height + "\" width=\"" + width + "\" height=\"" + height + "\">\n" + kStyle +
                    "<rect class=\"back\" width=\"100%\" height=\"100%\"/>\n";
  for (size_t i = 0; i < charts.size(); ++i) {
    const size_t column = i % kColumns, row = i / kColumns;
    const Axes axes = fit_axes(charts[i], kWidth * static_cast<double>(column),
                               kHeight * static_cast<double>(row));
    svg += text_at(axes.left + 12, axes.top + 20, "start", charts[i].title) +
           draw_grid(axes, charts[i]);
    size_t place = 0;
    for (const Curve& curve : charts[i].curves) {
      if (!curve.points.empty()) svg += draw_curve(curve, axes, place++);
    }
  }
  return svg + "</svg>\n";
}

}  // namespace stl10
