#include "stl10/train/progress.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(TrainState, JsonTextKeepsEveryBit) {
  TrainState state;
  state.epoch = 3;
  state.step = 17;
  state.sums = {{"loss", {0.1 + 0.2, 75}}};
  state.images = 1234567890123;
  state.step_seconds = 1.0 / 3;
  state.last_epoch = {.means = {{"loss", 1.0 / 7}}, .count = 8};
  state.best = {.epoch = 2,
                .metrics = Metrics{.means = {{"loss", 1e-300}, {"accuracy", 2.0 / 3}}, .count = 9},
                .lowest_loss_epoch = 1,
                .lowest_loss = 0.3};
  const std::string text = to_json(state).dump();
  const TrainState read = train_state_from_json(parse_json(text, "state"));
  EXPECT_EQ(to_json(read).dump(), text);
  EXPECT_EQ(read.sums.at("loss").sum, 0.1 + 0.2);
  EXPECT_EQ(read.last_epoch.at("loss"), 1.0 / 7);
  EXPECT_EQ(read.best.metrics->at("accuracy"), 2.0 / 3);
  EXPECT_EQ(read.best.metrics->at("loss"), 1e-300);
  EXPECT_EQ(read.best.metrics->count, 9);
}

TEST(TrainState, NoBestEpochStaysNone) {
  const TrainState read = train_state_from_json(to_json(TrainState{}));
  EXPECT_EQ(read.best.epoch, 0);
  EXPECT_FALSE(read.best.metrics.has_value());
}

TEST(Metrics, MeansAreSumsOverTheirOwnCounts) {
  const Metrics metrics = means_of({{"accuracy", {3, 4}}, {"loss", {5, 10}}});
  EXPECT_DOUBLE_EQ(metrics.at("accuracy"), 0.75);
  EXPECT_DOUBLE_EQ(metrics.at("loss"), 0.5);
  EXPECT_EQ(metrics.count, 10);
  EXPECT_EQ(metrics.find("loss"), 0.5);
  EXPECT_FALSE(metrics.find("f1").has_value());
}

}  // namespace
}  // namespace stl10
