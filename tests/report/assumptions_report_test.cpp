#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "evaluate/constructed_features.h"
#include "stl10/report/assumptions_charts.h"
#include "stl10/report/assumptions_json.h"
#include "stl10/report/assumptions_text.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

using testing::constructed_points;

const std::vector<std::string> kFiveClasses = {"a", "b", "c", "d", "e"};

Assumptions check(const LearningPoints& points) {
  return check_assumptions(points.test, points, {.draws = 1, .clouds = 1}, 0);
}

std::string one_text(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(AssumptionsReport, VerdictsHaveNumbersThresholdsAndAdvice) {
  const Assumptions found = check(constructed_points({.continuity = true}, 125, 0));
  const Json json = to_json(found, kFiveClasses);
  ASSERT_EQ(json["verdicts"].size(), 4u);
  const Json& verdict = json["verdicts"][0];
  EXPECT_EQ(verdict["assumption"], "continuity");
  EXPECT_EQ(verdict["standing"], "violated");
  EXPECT_EQ(verdict["measure"], "neighbour_agreement_above_chance");
  EXPECT_LT(verdict["interval"][0], verdict["value"]);
  EXPECT_GT(verdict["interval"][1], verdict["value"]);
  EXPECT_EQ(verdict["holds"], 0.5);
  EXPECT_FALSE(verdict["advice"].get<std::string>().empty());
  EXPECT_EQ(json["verdicts"][2]["standing"], "holds");
  EXPECT_EQ(json["verdicts"][2]["advice"], "");
  EXPECT_EQ(json["balance"]["labels"]["counts"]["c"], 25);
  EXPECT_EQ(json["continuity"]["by_rank"].size(), 10u);
  EXPECT_EQ(json["fewer_labels"].back()["labels"], 125);
  EXPECT_EQ(json["fewer_labels"].back()["probe"]["accuracy_deviation"], nullptr);
  EXPECT_EQ(json["uneven_labels"].back()["ratio"], 20);
}

TEST(AssumptionsReport, OneScreenOfLinesThatFit) {
  const std::vector<std::string> lines =
      lines_of(check(constructed_points({.continuity = true, .clusters = true}, 125, 0)));
  EXPECT_LE(lines.size(), 24u);
  for (const std::string& line : lines) EXPECT_LE(columns_of(line), 110u) << line;
  const std::string text = one_text(lines);
  EXPECT_NE(text.find("continuity violated neighbours agreeing, above chance "), std::string::npos)
      << text;
  EXPECT_NE(text.find("holds ≥ 50 %, violated < 20 %"), std::string::npos) << text;
  EXPECT_NE(text.find("holds ≤ 2, violated > 5"), std::string::npos) << text;
}

TEST(AssumptionsReport, WhatIsUndefinedIsNullAndADash) {
  LearningPoints points = constructed_points({}, 60, 0);
  points.test.x = at::ones_like(points.test.x);
  points.unlabeled = points.unlabeled.slice(0, 0, 0);
  points.train.labels.clamp_max_(3);
  const Assumptions found = check(points);
  const Json json = to_json(found, kFiveClasses);
  EXPECT_EQ(json["verdicts"].size(), 3u);
  EXPECT_EQ(json["verdicts"][1]["standing"], "unknown");
  EXPECT_EQ(json["verdicts"][1]["value"], nullptr);
  EXPECT_EQ(json["verdicts"][1]["interval"], nullptr);
  EXPECT_EQ(json["verdicts"][2]["value"], nullptr) << "infinite";
  EXPECT_EQ(json["clusters"]["gap_clusters"], nullptr);
  EXPECT_EQ(json["balance"]["labels"]["ratio"], nullptr);
  EXPECT_EQ(json["balance"]["unlabeled"]["probe"], nullptr);
  EXPECT_EQ(json["out_of_class"], nullptr);
  EXPECT_EQ(json.dump().find("nan"), std::string::npos);
  const std::string text = one_text(lines_of(found));
  EXPECT_NE(text.find("most over fewest labels of a class ∞"), std::string::npos) << text;
  EXPECT_NE(text.find("cloud's –"), std::string::npos) << text;
  EXPECT_EQ(text.find("nan"), std::string::npos) << text;
  EXPECT_EQ(draw_svg(charts_of(found)).find("nan"), std::string::npos);
}

TEST(AssumptionsReport, ChartsOfAllThatIsThere) {
  const std::vector<Chart> charts = charts_of(check(constructed_points({}, 125, 0)));
  ASSERT_EQ(charts.size(), 9u);
  EXPECT_EQ(charts[0].curves[0].points.size(), 10u);
  EXPECT_EQ(charts[3].scale, Scale::kLogarithmic);
  EXPECT_EQ(charts[3].curves[0].points.size(), 4u);
  const std::string svg = draw_svg(charts);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

}  // namespace
}  // namespace stl10
