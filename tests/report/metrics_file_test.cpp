#include "stl10/report/metrics_file.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "stl10/base/file.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

EpochRecord record(int64_t epoch) {
  return {.epoch = epoch,
          .train = {.means = {{"loss", 1.0 / static_cast<double>(epoch)}}, .count = 4},
          .splits = {{"validation", {.means = {{"loss", 2}}, .count = 2}}}};
}

TEST(MetricsFile, EpochsBecomeLinesAndCurves) {
  const TemporaryFolder folder;
  MetricsFile file(folder.path(), 0, "held-out");
  file.on_epoch(record(1));
  file.on_epoch(record(2));
  const std::string text = read_file(folder / "metrics.jsonl");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  const Json line = parse_json(text.substr(text.find('\n') + 1), "metrics.jsonl");
  EXPECT_EQ(line["epoch"], 2);
  EXPECT_EQ(line["train"]["loss"], 0.5);
  EXPECT_EQ(line["validation"]["count"], 2);
  EXPECT_EQ(line["validation_split"], "held-out");
  EXPECT_NE(read_file(folder / "curves.svg").find(">held-out</text>"), std::string::npos);
  EXPECT_NE(read_file(folder / "curves.svg").find("<polyline"), std::string::npos);
}

TEST(MetricsFile, EveryMetricHasAChartAndEverySplitACurve) {
  const TemporaryFolder folder;
  MetricsFile file(folder.path(), 0, "held-out");
  for (const int64_t epoch : {1, 2, 3}) {
    EpochRecord sparse{.epoch = epoch, .train = {.means = {{"distance", 1}, {"loss", 2}}}};
    if (epoch == 3) sparse.splits["knn"] = {.means = {{"accuracy", 0.5}, {"loss", 1}}, .count = 2};
    file.on_epoch(sparse);
  }
  const std::string svg = read_file(folder / "curves.svg");
  for (const char* name : {"loss", "distance", "accuracy", "knn", "train"}) {
    EXPECT_NE(svg.find(">" + std::string(name) + "</text>"), std::string::npos) << name;
  }
  EXPECT_LT(svg.find(">loss<"), svg.find(">distance<"));
  EXPECT_EQ(svg.find(">count<"), std::string::npos);
}

TEST(MetricsFile, EveryLineHasTheConstants) {
  const TemporaryFolder folder;
  MetricsFile file(folder.path(), 0, "held-out", {{"chance", 0.125}});
  file.on_epoch(record(1));
  const Json line = parse_json(read_file(folder / "metrics.jsonl"), "metrics.jsonl");
  EXPECT_EQ(line["chance"], 0.125);
  EXPECT_EQ(read_file(folder / "curves.svg").find("chance"), std::string::npos);
}

TEST(MetricsFile, ResumingKeepsTheFirstLinesAndDropsTheRest) {
  const TemporaryFolder folder;
  for (MetricsFile file(folder.path(), 0, "held-out"); const int64_t epoch : {1, 2, 3}) {
    file.on_epoch(record(epoch));
  }
  const std::string before = read_file(folder / "metrics.jsonl");
  MetricsFile resumed(folder.path(), 2, "held-out");
  resumed.on_epoch(record(3));
  EXPECT_EQ(read_file(folder / "metrics.jsonl"), before);
  EXPECT_EQ(resumed.missing_epochs(), 0);
}

TEST(MetricsFile, AnEpochThatWasNotSavedLeavesNoLineBehind) {
  const TemporaryFolder folder;
  MetricsFile(folder.path(), 0, "held-out").on_epoch(record(1));
  MetricsFile resumed(folder.path(), 0, "held-out");
  resumed.on_epoch(record(1));
  const std::string text = read_file(folder / "metrics.jsonl");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
}

TEST(MetricsFile, LinesLostInAPowerCutAreLeftOut) {
  const TemporaryFolder folder;
  const auto damaged = [&](const std::string& text) {
    save_atomically(folder / "metrics.jsonl", text);
    MetricsFile file(folder.path(), 3, "held-out");
    file.on_epoch(record(4));
    const std::string kept = read_file(folder / "metrics.jsonl");
    return std::pair(file.missing_epochs(), std::count(kept.begin(), kept.end(), '\n'));
  };
  const std::string one = R"({"epoch":1,"train":{"loss":2}})", cut = R"({"epoch":2,"tr)";
  EXPECT_EQ(damaged(one + "\n" + cut), std::pair(int64_t{2}, std::ptrdiff_t{2}));
  EXPECT_EQ(damaged(one + "\n" + one + "\n7\n[]\n{}\n"), std::pair(int64_t{2}, std::ptrdiff_t{2}));
  EXPECT_EQ(damaged(std::string(5, '\0')), std::pair(int64_t{3}, std::ptrdiff_t{1}));
  std::filesystem::remove(folder / "metrics.jsonl");
  EXPECT_EQ(MetricsFile(folder.path(), 3, "none").missing_epochs(), 3);
}

}  // namespace
}  // namespace stl10
