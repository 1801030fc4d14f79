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
  state.train = Metrics{.means = {{"loss", 2.0 / 3}, {"accuracy", 0.1}}, .count = 9};
  state.best = {
      .epoch = 2, .accuracy = 0.7, .loss = 1e-300, .lowest_loss_epoch = 1, .lowest_loss = 0.3};
  const std::string text = to_json(state).dump();
  const TrainState read = train_state_from_json(parse_json(text, "state"));
  EXPECT_EQ(to_json(read).dump(), text);
  EXPECT_EQ(read.sums["loss"][0].get<double>(), 0.1 + 0.2);
  EXPECT_EQ(read.train->at("loss"), 2.0 / 3);
  EXPECT_FALSE(read.validation.has_value());
  EXPECT_EQ(read.best.loss, 1e-300);
}

}  // namespace
}  // namespace stl10
