#include "stl10/report/metrics_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "stl10/base/crc32c.h"
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

TEST(MetricsFile, NumbersAreRowsForSpreadsheets) {
  const TemporaryFolder folder;
  MetricsFile file(folder.path(), 0, "held-out", {{"chance", 0.125}, {"nothing", nullptr}});
  EpochRecord first = record(1);
  first.splits.clear();
  first.train.means["undefined"] = std::nan("");
  file.on_epoch(first);
  file.on_epoch(record(2));
  EXPECT_EQ(read_file(folder / "metrics.csv"),
            "epoch,train/loss,train/count,learning_rate,images_per_second,seconds,chance,"
            "validation/loss,validation/count\n"
            "1,1.0,4.0,0.0,0.0,0.0,0.125,,\n"
            "2,0.5,4.0,0.0,0.0,0.0,0.125,2.0,2.0\n");
}

/// Length and sums of all records of a TFRecord file.
std::vector<std::string> records_of(const std::string& bytes) {
  const auto number = [&](size_t at, int count) {
    uint64_t value = 0;
    for (int i = count - 1; i >= 0; --i) {
      value = value << 8 | static_cast<uint8_t>(bytes.at(at + static_cast<size_t>(i)));
    }
    return value;
  };
  const auto masked = [](const std::string& part) -> uint64_t {
    const uint32_t sum = crc32c(part);
    return static_cast<uint32_t>((sum >> 15 | sum << 17) + 0xA282EAD8U);
  };
  std::vector<std::string> records;
  for (size_t at = 0; at < bytes.size();) {
    EXPECT_EQ(number(at + 8, 4), masked(bytes.substr(at, 8)));
    records.push_back(bytes.substr(at + 12, number(at, 8)));
    at += 12 + records.back().size();
    EXPECT_EQ(number(at, 4), masked(records.back()));
    at += 4;
  }
  return records;
}

TEST(MetricsFile, TensorBoardGetsEachEpochOnceAfterAKillToo) {
  const TemporaryFolder folder;
  {
    MetricsFile file(folder.path(), 0, "held-out");
    for (const int64_t epoch : {1, 2, 3}) file.on_epoch(record(epoch));
  }
  append_file(folder / "events.out.tfevents.stl10", "half a rec");
  MetricsFile resumed(folder.path(), 2, "held-out");  // the third was not saved
  resumed.on_epoch(record(3));
  const std::vector<std::string> records =
      records_of(read_file(folder / "events.out.tfevents.stl10"));
  ASSERT_EQ(records.size(), 4u);
  EXPECT_NE(records[0].find("brain.Event:2"), std::string::npos);
  for (size_t epoch = 1; epoch < records.size(); ++epoch) {
    EXPECT_EQ(records[epoch].substr(9, 2), std::string("\x10") + static_cast<char>(epoch));
    EXPECT_NE(records[epoch].find("\x0A\x0Atrain/loss\x15"), std::string::npos);
  }
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

TEST(MetricsFile, HostileNamesAreTextOfTheCurves) {
  const TemporaryFolder folder;
  Json line = {{"epoch", 1}, {"train", {{"loss", 1}}}};
  for (const char* name : {"<img src=x onerror=alert(1)>", "</script><b>", "a&amp;b", "\"'>"}) {
    line["validation"][name] = 0.5;
  }
  save_atomically(folder / "metrics.jsonl", line.dump() + "\n");
  MetricsFile file(folder.path(), 1, "\"'>");
  file.on_epoch({.epoch = 2});
  const std::string svg = read_file(folder / "curves.svg");
  for (const char* text :
       {">&lt;img src=x onerror=alert(1)&gt;</text>", ">&lt;/script&gt;&lt;b&gt;</text>",
        ">a&amp;amp;b</text>", ">&quot;&#39;&gt;</text>"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(svg.find("<img"), std::string::npos);
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
}

}  // namespace
}  // namespace stl10
