#include "stl10/report/run_folder.h"

#include <gtest/gtest.h>

#include <set>

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

/// Makes a folder the working one while it lives.
class WorkingFolder {
 public:
  explicit WorkingFolder(const std::filesystem::path& folder)
      : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~WorkingFolder() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
};

TEST(RunFolder, AFolderWithARunIsRefusedUnlessOverwritten) {
  const TemporaryFolder folder;
  const std::string output = folder.path().string();
  EXPECT_NO_THROW(check_output("", "supervised", false));
  EXPECT_NO_THROW(check_output(output, "supervised", false));
  save_json(folder / "config.json", {{"command", "supervised"}});
  EXPECT_THROW(check_output(output, "supervised", false), UsageError);
  EXPECT_THROW(clear_run_folder(folder.path(), false), UsageError);
  EXPECT_NO_THROW(check_output(output, "supervised", true));
  EXPECT_THROW(check_output(output + "/config.json", "supervised", true), UsageError);
}

TEST(RunFolder, OverwritingRemovesTheRunAndNothingElse) {
  const TemporaryFolder folder;
  save_json(folder / "config.json", Json::object());
  append_file(folder / "metrics.jsonl", "{}\n");
  append_file(folder / "mine.txt", "keep");
  clear_run_folder(folder.path(), /*overwrite=*/true);
  EXPECT_FALSE(std::filesystem::exists(folder / "config.json"));
  EXPECT_FALSE(std::filesystem::exists(folder / "metrics.jsonl"));
  EXPECT_TRUE(std::filesystem::exists(folder / "mine.txt"));
}

TEST(RunFolder, LatestPointsAtTheFolderWhereverItLies) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  for (const char* name : {"elsewhere/one", "runs/supervised/two"}) {
    make_run_folder(name, "supervised");
    mark_latest(name, "supervised");
    EXPECT_TRUE(std::filesystem::equivalent("runs/supervised/latest", name)) << name;
  }
}

TEST(RunFolder, TheLinksNameIsNoFolderForARun) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  for (const char* name : {"runs/supervised/latest", "./runs/../runs/supervised/latest/"}) {
    EXPECT_THROW(check_output(name, "supervised", true), UsageError) << name;
  }
  EXPECT_NO_THROW(check_output("runs/supervised/latest", "finetune", false));
}

TEST(RunFolder, ALinkThatCannotBeMadeIsAnIoErrorAndLeavesNothing) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  make_folder("run");
  make_folder("runs/supervised/latest");
  append_file("runs/supervised/latest/mine.txt", "keep");
  EXPECT_THROW(mark_latest("run", "supervised"), IoError);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator("runs/supervised"), {}), 1);
  EXPECT_EQ(read_file("runs/supervised/latest/mine.txt"), "keep");
}

TEST(RunFolder, RunsOfTheSameSecondHaveFoldersOfTheirOwn) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  std::set<std::filesystem::path> folders;
  for (int i = 0; i < 20; ++i) folders.insert(make_run_folder("", "supervised"));
  EXPECT_EQ(folders.size(), 20u);
  EXPECT_TRUE(folders.begin()->string().starts_with("runs/supervised/2")) << *folders.begin();
  EXPECT_EQ(make_run_folder("x/y", "supervised"), "x/y");
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
