#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

using testing::Call;
using testing::lines_of;
using testing::quick_run;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

TEST(MetricsE2e, TensorBoardAndCsvHaveEachEpochOnceAfterAKill) {
  const ToyFolder folder;
  const Words long_enough = {"--epochs", "5", "--width", "64"};
  Call call(folder.path(), quick_run("out") + long_enough);
  call.wait_until([&] {
    const auto metrics = folder / "out/metrics.jsonl";
    return std::filesystem::exists(metrics) && lines_of(metrics).size() >= 3;
  });
  call.send(SIGKILL);
  call.finish();
  ASSERT_EQ(run(folder.path(), {"supervised", "--resume", "out"}).exit_code, 0);
  EXPECT_EQ(lines_of(folder / "out/metrics.csv").size(), 6u);
  if (std::getenv("STL10_PYTHON") == nullptr) {
    GTEST_SKIP() << "STL10_PYTHON names no Python with numpy and tensorboard";
  }
  const std::string command = std::string(std::getenv("STL10_PYTHON")) +
                              " " STL10_SOURCE_DIR "/tests/e2e/check_events.py '" +
                              (folder / "out").string() + "' > '" +
                              (folder / "python.txt").string() + "' 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << read_file(folder / "python.txt");
}

TEST(RunsE2e, AllRunsOfAFolderAreListed) {
  const ToyFolder folder;
  ASSERT_EQ(run(folder.path(), quick_run("runs/a")).exit_code, 0);
  ASSERT_EQ(run(folder.path(), quick_run("runs/deep/b") + Words{"--seed", "7"}).exit_code, 0);
  const testing::Outcome listed = run(folder.path(), {"runs", "--sort", "folder", "--json"});
  ASSERT_EQ(listed.exit_code, 0) << listed.err;
  const Json runs = parse_json(listed.out, "stdout")["runs"];
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0]["folder"], "runs/a");
  EXPECT_EQ(runs[0]["status"], "done");
  EXPECT_EQ(runs[0]["accuracy"],
            testing::json_of(folder / "runs/a/summary.json")["test"]["accuracy"]);
  const Json& differs = runs[1]["differs"];
  EXPECT_NE(std::find(differs.begin(), differs.end(), "seed=7"), differs.end());
  const testing::Outcome csv = run(folder.path(), {"runs", "runs/deep", "--format", "csv"});
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 2) << csv.out;
  EXPECT_EQ(run(folder.path(), {"runs", "none"}).exit_code, 1);
  EXPECT_EQ(run(folder.path(), {"runs", "runs", "toy"}).exit_code, 2);
  const testing::Outcome empty = run(folder.path(), {"runs", "toy"});
  EXPECT_EQ(empty.exit_code, 0);
  EXPECT_EQ(empty.err, "stl10: warning: no run is in toy\n");
}

}  // namespace
}  // namespace stl10
