#include "stl10/tasks/pretext_alarm.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

struct Epoch {
  double contrastive = 0.5;
  std::optional<double> knn = 0.3;
  double rank = 30, dead = 0.1;
};

/// The epochs (from 1) after which the alarm speaks.
std::vector<int64_t> warnings(const std::vector<Epoch>& epochs, std::string* said = nullptr) {
  PretextAlarm alarm;
  std::vector<int64_t> spoken;
  for (const Epoch& one : epochs) {
    EpochRecord record{
        .epoch = static_cast<int64_t>(&one - epochs.data()) + 1,
        .train = {{{"contrastive_accuracy", one.contrastive}}, 1},
        .splits = {{"features", {{{"effective_rank", one.rank}, {"dead_features", one.dead}}, 1}}}};
    if (one.knn) record.splits["validation"] = {{{"knn_accuracy", *one.knn}}, 1};
    const std::optional<std::string> warning = alarm.warning_after(record);
    if (!warning) continue;
    spoken.push_back(record.epoch);
    if (said != nullptr) *said = *warning;
  }
  return spoken;
}

using Epochs = std::vector<int64_t>;

TEST(PretextAlarm, SolvedWithoutAnyGainItSpeaksOnce) {
  std::string said;
  EXPECT_EQ(warnings({{0.9, 0.30},
                      {0.97, 0.33},
                      {0.98, 0.33},
                      {0.99, 0.32},
                      {0.99, 0.335},
                      {0.99, 0.33},
                      {0.99, 0.31}},
                     &said),
            Epochs{5});
  EXPECT_NE(said.find("99.0 %"), std::string::npos) << said;
  EXPECT_NE(said.find("--contrastive.crop-scale"), std::string::npos) << said;
}

TEST(PretextAlarm, ItIsSilentWhileKnnRises) {
  EXPECT_EQ(
      warnings(
          {{0.96, 0.30}, {0.97, 0.32}, {0.98, 0.34}, {0.99, 0.36}, {0.99, 0.38}, {0.99, 0.40}}),
      Epochs{});
}

TEST(PretextAlarm, ItIsSilentWhileTheTaskIsHard) {
  EXPECT_EQ(warnings({{0.5, 0.3}, {0.6, 0.3}, {0.9, 0.3}, {0.94, 0.3}, {0.96, 0.3}, {0.94, 0.3}}),
            Epochs{});
}

TEST(PretextAlarm, EpochsWithoutAJudgementDoNotCount) {
  EXPECT_EQ(
      warnings(
          {{0.99, 0.3}, {0.99, {}}, {0.99, {}}, {0.99, {}}, {0.99, 0.3}, {0.99, 0.3}, {0.99, 0.3}}),
      Epochs{7});
}

TEST(PretextAlarm, FewDirectionsAreACollapse) {
  std::string said;
  EXPECT_EQ(warnings({{0.1, 0.3, 30}, {0.1, 0.1, 1.4}, {0.1, 0.1, 1.2}}, &said), Epochs{2});
  EXPECT_NE(said.find("1.40"), std::string::npos) << said;
  EXPECT_EQ(warnings({{0.1, {}, 0}}, &said), Epochs{1});
  EXPECT_EQ(warnings({{0.1, {}, 2}}), Epochs{});
}

TEST(PretextAlarm, DeadFeaturesAreACollapse) {
  std::string said;
  EXPECT_EQ(warnings({{0.1, 0.3, 30, 0.5}, {0.1, 0.3, 30, 0.8}}, &said), Epochs{2});
  EXPECT_NE(said.find("80 %"), std::string::npos) << said;
}

/// What is said after an epoch with this metric of the steps; empty: nothing.
std::string said_of(const std::string& metric, double value, bool watches_uniformity = false) {
  PretextAlarm alarm(watches_uniformity);
  return alarm.warning_after({.epoch = 1, .train = {{{metric, value}}, 1}}).value_or("");
}

TEST(PretextAlarm, EmbeddingsInTwoPlacesAreACollapseWhereTheLossComparesDirections) {
  EXPECT_NE(said_of("uniformity", -0.26, true).find("-0.26"), std::string::npos);
  EXPECT_EQ(said_of("uniformity", -0.26, false), "");
  EXPECT_EQ(said_of("uniformity", -0.8, true), "");
}

TEST(PretextAlarm, EmbeddingsThatHardlyVaryAreACollapse) {
  EXPECT_NE(said_of("embedding_deviation", 0.08).find("0.080"), std::string::npos);
  EXPECT_EQ(said_of("embedding_deviation", 0.5), "");
}

TEST(PretextAlarm, FewClassesAreACollapse) {
  EXPECT_NE(said_of("classes_in_use", 0.012).find("1.2 %"), std::string::npos);
  EXPECT_EQ(said_of("classes_in_use", 0.3), "");
}

}  // namespace
}  // namespace stl10
