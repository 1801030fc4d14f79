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

}  // namespace
}  // namespace stl10
