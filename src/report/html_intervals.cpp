#include "stl10/report/html_intervals.h"

#include <algorithm>
#include <cmath>

#include "stl10/report/html.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

constexpr double kDrawnWidth = 260, kRowHeight = 22, kBarMargin = 6;

/// @param reach the largest distance from zero of all.
std::string draw(const NamedInterval& one, double reach) {
  const auto x = [&](double value) {
    const double place = reach > 0 ? value / reach : 0;
    return fixed(kDrawnWidth / 2 + place * (kDrawnWidth / 2 - kBarMargin), 1);
  };
  const std::string middle = fixed(kRowHeight / 2, 1);
  return "<svg viewBox=\"0 0 " + fixed(kDrawnWidth, 0) + " " + fixed(kRowHeight, 0) +
         "\" width=\"" + fixed(kDrawnWidth, 0) + "\" height=\"" + fixed(kRowHeight, 0) +
         "\" role=\"img\" aria-label=\"" + signed_points(one.mean) +
         " points\">"
         "<line x1=\"" +
         x(0) + "\" x2=\"" + x(0) + "\" y1=\"0\" y2=\"" + fixed(kRowHeight, 0) +
         "\" stroke=\"var(--soft)\"/><line x1=\"" + x(one.low) + "\" x2=\"" + x(one.high) +
         "\" y1=\"" + middle + "\" y2=\"" + middle +
         "\" stroke=\"var(--accent)\" stroke-width=\"3\"/><circle cx=\"" + x(one.mean) +
         "\" cy=\"" + middle + "\" r=\"5\" fill=\"var(--accent)\"/></svg>";
}

}  // namespace

std::string html_intervals(const std::string& head, const std::vector<NamedInterval>& intervals) {
  double reach = 0;
  for (const NamedInterval& one : intervals) {
    reach = std::max({reach, std::abs(one.low), std::abs(one.high), std::abs(one.mean)});
  }
  std::vector<HtmlRow> rows;
  for (const NamedInterval& one : intervals) {
    rows.push_back({{.text = one.name},
                    {.text = signed_points(one.mean)},
                    {.text = signed_points(one.low) + " to " + signed_points(one.high)},
                    {.content = draw(one, reach)}});
  }
  return html_table({{head}, {"points", true}, {"95 % interval", true}, {""}}, rows);
}

}  // namespace stl10
