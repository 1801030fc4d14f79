#include "stl10/report/terminal.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(Terminal, AnEpochIsOneLine) {
  Log log;
  TerminalProgress progress(log, 40, "test", /*quiet=*/false);
  ::testing::internal::CaptureStderr();
  progress.on_epoch(
      {.epoch = 3,
       .train = {.means = {{"accuracy", 0.25}, {"loss", 2}}, .count = 4},
       .splits = {{"knn", {.means = {{"accuracy", 0.75}}, .count = 2}},
                  {"validation", {.means = {{"accuracy", 0.5}, {"loss", 1.5}}, .count = 2}}},
       .images_per_second = 1234.5,
       .seconds = 61});
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "epoch 3/40: train loss 2.000, accuracy 25.00 % | knn accuracy 75.00 % | test loss "
            "1.500, accuracy 50.00 % | "
            "1,234 images/s, 12:32 left\n");
}

TEST(Terminal, OfManyMetricsThoseThatMatterAreShownAgainstChance) {
  Log log;
  TerminalProgress progress(log, 2, "held-out", /*quiet=*/false, {{"contrastive_chance", 0.004}});
  ::testing::internal::CaptureStderr();
  progress.on_epoch({.epoch = 2,
                     .train = {.means = {{"alignment", 0.005},
                                         {"contrastive_accuracy", 0.5},
                                         {"loss", 2},
                                         {"probe_accuracy", 0.1}}},
                     .splits = {{"features", {.means = {{"effective_rank", 12}}}},
                                {"validation", {.means = {{"knn_accuracy", 0.25}}}}},
                     .images_per_second = 150,
                     .seconds = 61});
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "epoch 2/2: train loss 2.000, contrastive accuracy 50.00 % (chance 0.40 %) | held-out "
            "knn accuracy 25.00 % | 150 images/s, in 1:01\n");
}

TEST(Terminal, QuietSaysNothing) {
  Log log;
  TerminalProgress progress(log, 40, "test", /*quiet=*/true);
  ::testing::internal::CaptureStderr();
  progress.on_epoch({.epoch = 1, .train = {.means = {{"loss", 2}}, .count = 4}});
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace stl10
