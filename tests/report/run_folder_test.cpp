#include "stl10/report/run_folder.h"

#include <gtest/gtest.h>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/report/metrics_file.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

EpochRecord record(int64_t epoch) {
  return {.epoch = epoch,
          .train = {.means = {{"loss", 1.0 / static_cast<double>(epoch)}}, .count = 4},
          .splits = {{"validation", {.means = {{"loss", 2}}, .count = 2}}}};
}

TEST(RunFolder, AFolderWithARunIsRefusedUnlessOverwritten) {
  const TemporaryFolder folder;
  EXPECT_NO_THROW(check_run_folder(folder.path(), false));
  save_json(folder / "config.json", {{"command", "supervised"}});
  EXPECT_THROW(check_run_folder(folder.path(), false), UsageError);
  EXPECT_NO_THROW(check_run_folder(folder.path(), true));
  EXPECT_THROW(check_run_folder(folder / "config.json", true), UsageError);
}

TEST(RunFolder, OverwritingRemovesTheRunAndNothingElse) {
  const TemporaryFolder folder;
  save_json(folder / "config.json", Json::object());
  append_file(folder / "metrics.jsonl", "{}\n");
  append_file(folder / "mine.txt", "keep");
  make_run_folder(folder.path(), /*overwrite=*/true);
  EXPECT_FALSE(std::filesystem::exists(folder / "config.json"));
  EXPECT_FALSE(std::filesystem::exists(folder / "metrics.jsonl"));
  EXPECT_TRUE(std::filesystem::exists(folder / "mine.txt"));
}

TEST(RunFolder, LatestPointsAtTheFolderWhereverItLies) {
  const TemporaryFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  for (const char* name : {"elsewhere/one", "runs/supervised/two"}) {
    make_run_folder(name, false);
    mark_latest(name, "supervised");
    EXPECT_TRUE(std::filesystem::equivalent("runs/supervised/latest", name)) << name;
  }
  std::filesystem::current_path(before);
}

TEST(RunFolder, DefaultFoldersAreNamedByCommandAndTime) {
  EXPECT_EQ(run_folder_path("x/y", "supervised"), "x/y");
  const std::string path = run_folder_path("", "supervised").string();
  EXPECT_TRUE(path.starts_with("runs/supervised/2")) << path;
}

TEST(MetricsFile, EpochsBecomeLinesAndCurves) {
  const TemporaryFolder folder;
  MetricsFile file(folder.path(), 0);
  file.on_epoch(record(1));
  file.on_epoch(record(2));
  const std::string text = read_file(folder / "metrics.jsonl");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  const Json line = parse_json(text.substr(text.find('\n') + 1), "metrics.jsonl");
  EXPECT_EQ(line["epoch"], 2);
  EXPECT_EQ(line["train"]["loss"], 0.5);
  EXPECT_EQ(line["validation"]["count"], 2);
  EXPECT_NE(read_file(folder / "curves.svg").find("<polyline"), std::string::npos);
}

TEST(MetricsFile, EveryMetricHasAChartAndEverySplitACurve) {
  const TemporaryFolder folder;
  MetricsFile file(folder.path(), 0);
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

TEST(MetricsFile, ResumingKeepsTheFirstLinesAndDropsTheRest) {
  const TemporaryFolder folder;
  for (MetricsFile file(folder.path(), 0); const int64_t epoch : {1, 2, 3}) {
    file.on_epoch(record(epoch));
  }
  const std::string before = read_file(folder / "metrics.jsonl");
  MetricsFile resumed(folder.path(), 2);
  resumed.on_epoch(record(3));
  EXPECT_EQ(read_file(folder / "metrics.jsonl"), before);
  EXPECT_THROW(MetricsFile(folder.path(), 4), DataError);
}

}  // namespace
}  // namespace stl10
