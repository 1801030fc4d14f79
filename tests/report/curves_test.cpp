#include "stl10/report/curves.h"

#include <gtest/gtest.h>

#include <cmath>

namespace stl10 {
namespace {

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Curves, EveryFilledCurveIsDrawnWithItsName) {
  const std::string svg =
      draw_svg({{"loss", {{"train", "red", {2, 1}}, {"validation", "blue", {}}}},
                {"accuracy", {{"train", "red", {0.1, 0.9}}}}});
  EXPECT_EQ(count(svg, "<polyline"), 2u);
  EXPECT_EQ(count(svg, ">train</text>"), 2u);
  EXPECT_EQ(count(svg, ">validation</text>"), 0u);
  EXPECT_EQ(count(svg, ">loss</text>"), 1u);
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

TEST(Curves, AFallingCurveGoesDownThePage) {
  const std::string svg = draw_svg({{"loss", {{"train", "red", {3, 1}}}}});
  const size_t start = svg.find("points=\"") + 8;
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  ASSERT_EQ(std::sscanf(svg.c_str() + start, "%lf,%lf %lf,%lf", &x1, &y1, &x2, &y2), 4);
  EXPECT_LT(x1, x2);
  EXPECT_LT(y1, y2);
}

TEST(Curves, OneEpochEqualValuesAndNansAreDrawn) {
  for (const std::vector<double>& values :
       {std::vector<double>{1}, {2, 2, 2}, {NAN, 1}, {NAN}, {INFINITY, 3}}) {
    const std::string svg = draw_svg({{"loss", {{"train", "red", values}}}});
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_EQ(svg.find("inf"), std::string::npos);
    EXPECT_EQ(count(svg, "<polyline"), 1u);
  }
}

}  // namespace
}  // namespace stl10
