#include "stl10/report/latest_run.h"

#include <gtest/gtest.h>

#include <chrono>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/report/run_folder.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;
using testing::WorkingFolder;

namespace fs = std::filesystem;

/// A run that ended `age` seconds ago.
void make_ended_run(const fs::path& folder, int age, const char* status = "done") {
  make_folder(folder);
  save_json(folder / "summary.json", {{"status", status}});
  fs::last_write_time(folder / "summary.json",
                      fs::file_time_type::clock::now() - std::chrono::seconds(age));
}

TEST(LatestRun, PointsAtTheFolderWhereverItLies) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  for (const char* name : {"elsewhere/one", "runs/supervised/two"}) {
    make_folder(name);
    mark_latest(name, "supervised");
    EXPECT_TRUE(fs::equivalent("runs/supervised/latest", name)) << name;
    EXPECT_EQ(latest_run("supervised"), name);
  }
  EXPECT_EQ(latest_run("finetune"), fs::path());
}

TEST(LatestRun, IsFoundWhereRunsIsALinkToAnotherDisk) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  make_folder("disk/of/mine/runs");
  fs::create_directory_symlink("disk/of/mine/runs", "runs");
  make_folder("one");
  mark_latest("one", "supervised");
  EXPECT_EQ(latest_run("supervised"), "one");
}

TEST(LatestRun, ThatIsGoneGivesWayToTheNewestFinishedOne) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  make_ended_run("runs/supervised/a", 30);
  make_ended_run("runs/supervised/b", 20);
  make_ended_run("runs/supervised/c", 10, "interrupted");
  make_ended_run("runs/supervised/d", 0);
  mark_latest("runs/supervised/d", "supervised");
  fs::remove_all("runs/supervised/d");
  EXPECT_EQ(latest_run("supervised"), "runs/supervised/b");
  fs::remove("runs/supervised/latest");
  EXPECT_EQ(latest_runs().at(0), "runs/supervised/b");
}

TEST(LatestRuns, AreThoseOfAllCommandsTheLastEndedFirst) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  make_ended_run("a", 10);
  make_ended_run("b", 20);
  mark_latest("a", "supervised");
  mark_latest("b", "finetune");
  EXPECT_EQ(latest_runs(), (std::vector<fs::path>{"a", "b"}));
}

TEST(LatestRuns, AreNoneWhereThereAreNoRuns) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  EXPECT_TRUE(latest_runs().empty());
  make_folder("runs/supervised");
  EXPECT_TRUE(latest_runs().empty());
}

TEST(LatestRun, ALinkThatCannotBeMadeIsAnIoErrorAndLeavesNothing) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  make_folder("run");
  make_folder("runs/supervised/latest");
  append_file("runs/supervised/latest/mine.txt", "keep");
  EXPECT_THROW(mark_latest("run", "supervised"), IoError);
  EXPECT_EQ(std::distance(fs::directory_iterator("runs/supervised"), {}), 1);
  EXPECT_EQ(read_file("runs/supervised/latest/mine.txt"), "keep");
}

TEST(LatestRun, NamedBesideItsFolderIsTheSameRun) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  using Runs = std::vector<std::string>;
  make_folder("runs/supervised/a");
  make_folder("runs/supervised/b");
  mark_latest("runs/supervised/b", "supervised");
  const std::string a = "runs/supervised/a", b = "runs/supervised/b",
                    latest = latest_link("supervised");
  EXPECT_EQ(without_latest_twins({a, b, latest}), (Runs{a, b}));
  EXPECT_EQ(without_latest_twins({latest + "/", b}), Runs{b});
  EXPECT_EQ(without_latest_twins({a, latest}), (Runs{a, latest}));
  EXPECT_EQ(without_latest_twins({a, a}), (Runs{a, a})) << "what is said twice is refused later";
}

}  // namespace
}  // namespace stl10
