#include "stl10/report/runs_table.h"

#include <gtest/gtest.h>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/report/run_folder.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

std::vector<FieldInfo> defaults(const std::string& command) {
  if (command != "supervised") return {};
  return {{.key = "epochs", .default_value = 100},
          {.key = "encoder.kind", .default_value = "conv4"},
          {.key = "data_dir", .default_value = "data"},
          {.key = "later", .default_value = 1}};
}

class RunsTable : public ::testing::Test {
 protected:
  /// A run as a command leaves it. @param summary null: it has none.
  void add(const std::string& name, const Json& summary, const Json& config = Json::object()) {
    make_folder(folder_ / name);
    Json whole = {{"command", "supervised"},
                  {"epochs", 100},
                  {"encoder", {{"kind", "conv4"}}},
                  {"data_dir", "elsewhere"}};
    whole.update(config);
    save_json(folder_ / name / "config.json", whole);
    if (!summary.is_null()) save_json(folder_ / name / "summary.json", summary);
  }
  RunRow row(const std::string& name) const { return run_row(folder_ / name, defaults); }
  std::vector<std::string> sorted(RunOrder order) const {
    std::vector<RunRow> rows;
    for (const auto& run : runs_below(folder_.path())) rows.push_back(run_row(run, defaults));
    sort_runs(rows, order);
    std::vector<std::string> names;
    for (const RunRow& each : rows) {
      names.push_back(std::filesystem::path(each.folder).filename().string());
    }
    return names;
  }

  TemporaryFolder folder_;
};

TEST_F(RunsTable, ARowSaysWhatTheRunReachedAndWhatIsItsOwn) {
  add("a", {{"status", "done"}, {"test", {{"accuracy", 0.75}}}, {"seconds", 61}},
      {{"epochs", 7}, {"encoder", {{"kind", "resnet"}}}});
  const RunRow found = row("a");
  EXPECT_EQ(found.command, "supervised");
  EXPECT_EQ(found.status, "done");
  EXPECT_EQ(found.differs, (std::vector<std::string>{"epochs=7", "encoder.kind=resnet"}));
  EXPECT_EQ(found.accuracy, 0.75);
  EXPECT_EQ(found.judged, "test");
  EXPECT_EQ(found.knn, std::nullopt);
  EXPECT_EQ(found.ended.size(), std::string("2026-11-28 04:47:12").size());
}

TEST_F(RunsTable, ThePlacesOfAccuracyAreLookedUpInTheirOrder) {
  add("held", {{"status", "done"},
               {"validation_split", "held-out"},
               {"test", nullptr},
               {"validation", {{"accuracy", 0.5}}}});
  add("probe", {{"status", "done"},
                {"validation_split", "held-out"},
                {"probe", {{"validation", {{"accuracy", 0.25}}}}},
                {"knn", {{"accuracy", 0.125}}}});
  add("folds", {{"status", "done"}, {"protocol", {{"mean", 0.6}}}});
  EXPECT_EQ(row("held").accuracy, 0.5);
  EXPECT_EQ(row("held").judged, "held-out");
  EXPECT_EQ(row("probe").accuracy, 0.25);
  EXPECT_EQ(row("probe").knn, 0.125);
  EXPECT_EQ(row("folds").accuracy, 0.6);
}

TEST_F(RunsTable, UnfinishedAndDamagedRunsAreRowsToo) {
  add("killed", nullptr);
  add("damaged", nullptr, {{"command", "of another version"}});
  save_atomically(folder_ / "damaged/summary.json", "{\"status\": ");
  for (const char* name : {"killed", "damaged"}) {
    EXPECT_EQ(row(name).status, "unfinished");
    EXPECT_EQ(row(name).accuracy, std::nullopt);
  }
  EXPECT_TRUE(row("damaged").differs.empty());
}

TEST_F(RunsTable, RunsAreFoundHoweverDeepAndLinksAreNotFollowed) {
  add("x/y/z", nullptr);
  add("x/y/z/inner", nullptr);
  make_folder(folder_ / "other");
  save_atomically(folder_ / "other/config.json", "{}");
  std::filesystem::create_directory_symlink(folder_ / "x", folder_ / "latest");
  const std::vector<std::filesystem::path> found = {folder_ / "x/y/z", folder_ / "x/y/z/inner"};
  EXPECT_EQ(runs_below(folder_.path()), found);
  EXPECT_EQ(runs_below(folder_ / "x/y/z"), found);
  EXPECT_TRUE(runs_below(folder_ / "other").empty());
  EXPECT_THROW(runs_below(folder_ / "none"), IoError);
  EXPECT_THROW(runs_below(folder_ / "other/config.json"), IoError);
}

TEST_F(RunsTable, IsSortedWithMissingValuesLast) {
  add("a", {{"status", "done"}, {"test", {{"accuracy", 0.2}}}, {"seconds", 9}});
  add("b", nullptr, {{"command", "finetune"}});
  add("c", {{"status", "diverged"},
            {"test", {{"accuracy", 0.7}}},
            {"seconds", 3},
            {"knn", {{"accuracy", 0.4}}}});
  using Folders = std::vector<std::string>;
  EXPECT_EQ(sorted(RunOrder::kFolder), (Folders{"a", "b", "c"}));
  EXPECT_EQ(sorted(RunOrder::kAccuracy), (Folders{"c", "a", "b"}));
  EXPECT_EQ(sorted(RunOrder::kKnn), (Folders{"c", "a", "b"}));
  EXPECT_EQ(sorted(RunOrder::kSeconds), (Folders{"c", "a", "b"}));
  EXPECT_EQ(sorted(RunOrder::kCommand), (Folders{"b", "a", "c"}));
  EXPECT_EQ(sorted(RunOrder::kStatus), (Folders{"c", "a", "b"}));
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(48);
  std::filesystem::last_write_time(folder_ / "a/summary.json", old);
  EXPECT_EQ(sorted(RunOrder::kEnded).back(), "a");
}

TEST(RunsText, ColumnsAreAlignedAndDashesStandForNothing) {
  const std::vector<RunRow> rows = {
      {.folder = "runs/a",
       .command = "supervised",
       .status = "done",
       .differs = {"epochs=7", "seed=1"},
       .judged = "test",
       .accuracy = 0.75,
       .seconds = 61},
      {.folder = "runs/b, c", .command = "x", .status = "unfinished"}};
  EXPECT_EQ(runs_text(rows),
            "run        command     status      accuracy  of    kNN  time  differs\n"
            "runs/a     supervised  done         75.00 %  test    –  1:01  epochs=7 seed=1\n"
            "runs/b, c  x           unfinished         –          –     –\n");
  EXPECT_EQ(runs_csv(rows),
            "folder,command,status,accuracy,judged,knn,seconds,ended,differs\n"
            "runs/a,supervised,done,0.75,test,,61.0,,epochs=7 seed=1\n"
            "\"runs/b, c\",x,unfinished,,,,,,\n");
  EXPECT_EQ(to_json(rows[1])["accuracy"], nullptr);
}

}  // namespace
}  // namespace stl10
