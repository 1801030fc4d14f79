#include "stl10/report/stage_times.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "stl10/report/run_folder.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

TEST(Milliseconds, MedianAndQuartiles) {
  const Milliseconds odd = summarize({5, 1, 3, 2, 4});
  EXPECT_EQ(odd.median, 3);
  EXPECT_EQ(odd.spread, 2);
  EXPECT_EQ(summarize({1, 2}).median, 1.5);
  EXPECT_EQ(summarize({7}).spread, 0);
}

TEST(StageTimes, PartsOfAStageAreAddedStepByStep) {
  int waits = 0;
  StageTimes times([&waits] { ++waits; });
  times.on_stage(Stage::kOptimize);
  times.begin();
  for (int step = 0; step < 2; ++step) {
    for (const Stage stage : {Stage::kLoad, Stage::kForward, Stage::kBackward, Stage::kForward,
                              Stage::kBackward, Stage::kOptimize}) {
      if (stage == Stage::kForward) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      times.on_stage(stage);
    }
  }
  times.on_stage(Stage::kLoad);  // of a step that hasn't ended
  EXPECT_EQ(waits, 14);
  EXPECT_EQ(times.steps(), 2);
  const std::vector<double> forward = times.milliseconds({Stage::kForward});
  const std::vector<double> both = times.milliseconds({Stage::kForward, Stage::kBackward});
  const std::vector<double> all = times.step_milliseconds();
  ASSERT_EQ(forward.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_GE(forward[i], 4);
    EXPECT_GT(both[i], forward[i]);
    EXPECT_GT(all[i], both[i]);
  }
}

TEST(StageTimes, TheTraceHoldsEveryStage) {
  const testing::TemporaryFolder folder;
  StageTimes times({});
  for (const Stage stage : {Stage::kLoad, Stage::kAugment, Stage::kOptimize}) times.on_stage(stage);
  times.save_trace(folder / "trace.json");
  const Json events = load_json(folder / "trace.json")["traceEvents"];
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[1]["name"], "augment");
  EXPECT_EQ(events[1]["ph"], "X");
  const double end = events[0]["ts"].get<double>() + events[0]["dur"].get<double>();
  EXPECT_EQ(events[1]["ts"].get<double>(), end) << "no gaps";
}

}  // namespace
}  // namespace stl10
