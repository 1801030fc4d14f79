#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "stl10/report/classifier_report.h"
#include "stl10/report/comparison_report.h"
#include "stl10/report/feature_report.h"

namespace stl10 {
namespace {

using Names = std::vector<std::string>;

/// Four images of the classes cat, cat, dog and owl, none of which is ever called an owl.
Predictions some(const std::vector<int64_t>& predicted = {0, 1, 1, 1}) {
  at::Tensor p = at::full({4, 3}, 0.25);
  for (int64_t i = 0; i < 4; ++i) p[i][predicted[static_cast<size_t>(i)]] = 0.5;
  return {.indices = {0, 1, 2, 3},
          .labels = at::tensor({0, 0, 1, 2}, at::kLong),
          .probabilities = p,
          .predicted = at::tensor(predicted, at::kLong)};
}

const Names kNames = {"cat", "dog", "owl"};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

void expect_has(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
}

TEST(ClassifierReport, WhatIsUndefinedIsNullAndADash) {
  const ClassifierMeasures judgement = measure_classifier(some());
  const Json json = to_json(judgement, kNames);
  EXPECT_TRUE(json["top5"].is_null());
  EXPECT_TRUE(json["classes"][2]["precision"].is_null());
  EXPECT_EQ(json["classes"][2]["f1"], 0);
  EXPECT_EQ(json["macro_over"]["precision"], 2);
  EXPECT_EQ(json["confusion"].dump(), "[[1,1,0],[0,1,0],[0,1,0]]");
  EXPECT_EQ(json["reliability"].size(), 15u);
  EXPECT_TRUE(json["reliability"][0]["accuracy"].is_null());
  EXPECT_EQ(json["reliability"][7]["accuracy"], 0.5);
  EXPECT_EQ(json["confident_errors"][0]["index"], 1);
  const std::string text = joined(lines_of(judgement, kNames));
  expect_has(text, "cat               100.0 %     50.0 %     66.7 %     50.0 %         2\n");
  expect_has(text, "owl                     –      0.0 %      0.0 %      0.0 %         1\n");
  expect_has(text, "precision 2, recall 3");
  expect_has(text, "1 cat taken for dog, 1 owl taken for dog\n");
  expect_has(text, "image 1 (cat as dog, 50.0 %)");
}

TEST(ClassifierReport, WithoutMistakesThereAreNoneToSay) {
  Predictions right = some({0, 0, 1, 2});
  const std::string text = joined(lines_of(measure_classifier(right), kNames));
  EXPECT_EQ(text.find("mistakes"), std::string::npos) << text;
  EXPECT_EQ(text.find("defined"), std::string::npos) << text;
}

TEST(FeatureReport, OfOneClusterHasDashesNotNumbers) {
  const at::Tensor same = at::ones({3, 2}), labels = at::zeros({3}, at::kLong);
  const FeaturePoints points{.x = same,
                             .one = same,
                             .two = same,
                             .labels = labels,
                             .bank = {same, labels},
                             .queries = {same, labels}};
  const FeatureJudgement judgement = measure_features(points, 2, 0, 1);
  const FeatureSource source{.tap = "dense", .images = "test", .of = 9};
  const Json json = details_json(judgement, points, source, {"cat", "dog"});
  for (const char* key : {"silhouette", "dunn", "davies_bouldin", "calinski_harabasz"}) {
    EXPECT_TRUE(json[key].is_null()) << key;
    EXPECT_TRUE(json["kmeans"][key].is_null()) << key;
  }
  EXPECT_EQ(json["knn"]["accuracy"], 1);
  EXPECT_EQ(json["knn"]["k"], 3);
  EXPECT_EQ(json["knn_grid"].size(), 28u);
  EXPECT_TRUE(json["classes"][1]["silhouette"].is_null());
  const std::string text = joined(lines_of(judgement, points, source));
  expect_has(text, "2 dimensions, of 3 of 9 test images");
  expect_has(text,
             "the labels                     –        –                –                   –\n");
}

TEST(ComparisonReport, GroupsAreMeansAndTheFirstIsTheMeasure) {
  const RunGroup one{.name = "A",
                     .folders = {"a", "b"},
                     .seeds = {0, 1},
                     .losses = {1.0, 3.0},
                     .classifiers = {some(), some({0, 0, 1, 1})}};
  const RunGroup two{
      .name = "B", .folders = {"c"}, .seeds = {0}, .losses = {{}}, .classifiers = {some()}};
  const RunGroup three{
      .name = "C", .folders = {"d"}, .seeds = {{}}, .losses = {0.5}, .classifiers = {some()}};
  const ComparisonReport report = comparison_report({two, one, three}, kNames);
  ASSERT_EQ(report.runs.size(), 3u);
  EXPECT_EQ(report.runs[1]["accuracy"]["mean"], 0.625);
  EXPECT_TRUE(report.runs[0]["accuracy"]["deviation"].is_null());
  EXPECT_TRUE(report.runs[0]["loss"]["mean"].is_null());
  EXPECT_EQ(report.runs[1]["loss"]["mean"], 2);
  ASSERT_EQ(report.comparisons.size(), 2u);
  EXPECT_EQ(report.comparisons[0]["first"], "B");
  EXPECT_EQ(report.comparisons[0]["difference"], 0.125);
  EXPECT_TRUE(report.comparisons[0]["mcnemar"].is_null());
  EXPECT_EQ(report.comparisons[1]["mcnemar"]["p_value"], 1);
  EXPECT_EQ(report.comparisons[0]["classes"][0]["difference"], 0.25);
  const std::string text = joined(report.lines);
  expect_has(text, "A: a and 1 more that differ in the seed: mean ± standard deviation\n");
  expect_has(text, "62.5 ± 17.7 %");
  expect_has(text, "A against B: accuracy +12.5 points");
}

}  // namespace
}  // namespace stl10
