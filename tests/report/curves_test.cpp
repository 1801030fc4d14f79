#include "stl10/report/curves.h"

#include <gtest/gtest.h>

#include <cmath>

namespace stl10 {
namespace {

std::vector<CurvePoint> points(const std::vector<double>& values) {
  std::vector<CurvePoint> result;
  for (const double value : values)
    result.push_back({1.0 + static_cast<double>(result.size()), value});
  return result;
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Curves, EveryFilledCurveIsDrawnWithItsName) {
  const std::string svg =
      draw_svg({{"loss", {{"train", "red", points({2, 1})}, {"validation", "blue", {}}}},
                {"accuracy", {{"train", "red", points({0.1, 0.9})}}}});
  EXPECT_EQ(count(svg, "<polyline"), 2u);
  EXPECT_EQ(count(svg, ">train</text>"), 2u);
  EXPECT_EQ(count(svg, ">validation</text>"), 0u);
  EXPECT_EQ(count(svg, ">loss</text>"), 1u);
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

TEST(Curves, NamesAreNoMarkup) {
  const std::string svg =
      draw_svg({{"</svg><script>", {{"a&amp;b", "red", points({1, 2})}}, "x < \"y\""}});
  EXPECT_NE(svg.find(">&lt;/svg&gt;&lt;script&gt;</text>"), std::string::npos) << svg;
  EXPECT_NE(svg.find(">a&amp;amp;b</text>"), std::string::npos);
  EXPECT_NE(svg.find(">x &lt; &quot;y&quot;</text>"), std::string::npos);
}

TEST(Curves, ThreeChartsMakeARow) {
  const auto size_of = [](size_t charts) {
    const std::string svg =
        draw_svg(std::vector<Chart>(charts, {"loss", {{"a", "red", points({1})}}}));
    double width = 0, height = 0;
    std::sscanf(svg.c_str() + svg.find("viewBox"), "viewBox=\"0 0 %lf %lf", &width, &height);
    return std::pair(width, height);
  };
  const auto [width, height] = size_of(1);
  EXPECT_EQ(size_of(3), std::pair(3 * width, height));
  EXPECT_EQ(size_of(4), std::pair(3 * width, 2 * height));
  EXPECT_EQ(size_of(7), std::pair(3 * width, 3 * height));
}

TEST(Curves, AFallingCurveGoesDownThePage) {
  const std::string svg = draw_svg({{"loss", {{"train", "red", points({3, 1})}}}});
  const size_t start = svg.find("points=\"") + 8;
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  ASSERT_EQ(std::sscanf(svg.c_str() + start, "%lf,%lf %lf,%lf", &x1, &y1, &x2, &y2), 4);
  EXPECT_LT(x1, x2);
  EXPECT_LT(y1, y2);
}

TEST(Curves, APointStandsAtItsEpochWhateverIsMissingBefore) {
  const std::string svg = draw_svg(
      {{"loss",
        {{"train", "red", points({5, 4, 3, 2, 1, 0})}, {"knn", "blue", {{3, 3}, {6, 0}}}}}});
  const size_t first = svg.find("points=\"") + 8, second = svg.find("points=\"", first) + 8;
  const std::string train = svg.substr(first, svg.find('"', first) - first);
  const std::string knn = svg.substr(second, svg.find('"', second) - second);
  ASSERT_EQ(count(train, ","), 6u);
  ASSERT_EQ(count(knn, ","), 2u);
  const std::string at_three = knn.substr(0, knn.find(' ')), at_six = knn.substr(knn.find(' ') + 1);
  EXPECT_NE(train.find(" " + at_three + " "), std::string::npos) << train << "\n" << knn;
  EXPECT_TRUE(train.ends_with(at_six)) << train << "\n" << knn;
}

TEST(Curves, FewValuesAreDots) {
  EXPECT_EQ(count(draw_svg({{"loss", {{"train", "red", points({1})}}}}), "<circle"), 1u);
  const std::vector<double> many(100, 1.0);
  EXPECT_EQ(count(draw_svg({{"loss", {{"train", "red", points(many)}}}}), "<circle"), 0u);
}

TEST(Curves, OneEpochEqualValuesAndNansAreDrawn) {
  // A grid whose step is below a large value's precision once never ended.
  for (const std::vector<double>& values : {std::vector<double>{1},
                                            {2, 2, 2},
                                            {NAN, 1},
                                            {NAN},
                                            {INFINITY, 3},
                                            {4e15},
                                            {4e15, 4e15 + 1},
                                            {-1e300, 1e300},
                                            {1e-300, 2e-300},
                                            {0, 0}}) {
    const std::string svg = draw_svg({{"loss", {{"train", "red", points(values)}}}});
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_EQ(svg.find("inf"), std::string::npos);
    EXPECT_EQ(count(svg, "<polyline"), 1u);
  }
}

TEST(Curves, LogarithmsAndNumbersHaveTheirOwnTicks) {
  const std::vector<CurvePoint> values = {{50, 0.1}, {500, 0.2}, {5000, 0.3}};
  const std::string logarithmic =
      draw_svg({{"accuracy", {{"probe", "red", values}}, "labels", Scale::kLogarithmic}});
  EXPECT_NE(logarithmic.find(">labels</text>"), std::string::npos);
  for (const char* tick : {">50<", ">100<", ">2000<", ">5000<"}) {
    EXPECT_NE(logarithmic.find(tick), std::string::npos) << tick;
  }
  EXPECT_EQ(logarithmic.find(">10000<"), std::string::npos);
  EXPECT_NE(logarithmic.find("<circle cx=\"229\""), std::string::npos) << "500 is in the middle";
  const std::string linear =
      draw_svg({{"agreement", {{"a", "red", {{0.31, 1}, {0.52, 0}}}}, "distance", Scale::kLinear}});
  for (const char* tick : {">0.35<", ">0.5<"}) {
    EXPECT_NE(linear.find(tick), std::string::npos) << tick << linear;
  }
  const std::string one = draw_svg({{"a", {{"a", "red", {{0, 1}}}}, "x", Scale::kLinear}});
  EXPECT_EQ(one.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace stl10
