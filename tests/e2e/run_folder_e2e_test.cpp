#include <gtest/gtest.h>

#include <algorithm>

#include "e2e/program.h"
#include "e2e/run_files.h"
#include "stl10/report/run_folder.h"

/// What commands may remove and replace, and how they find each other's runs.
namespace stl10 {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;
using testing::expect_refusal;
using testing::json_of;
using testing::Outcome;
using testing::quick_run;
using testing::run;
using testing::operator+;

class RunFolderE2e : public ::testing::Test {
 protected:
  RunFolderE2e() { expect_done(quick_run("runs/supervised/one")); }

  Outcome call(const Words& words) {
    return run(folder_.path(), words + Words{"--data-dir", "toy", "--threads", "1"});
  }
  void expect_done(const Words& words) {
    const Outcome outcome = run(folder_.path(), words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  testing::ToyFolder folder_;
};

TEST_F(RunFolderE2e, WhatACommandReadsIsNeverOverwritten) {
  const fs::path one = folder_ / "runs/supervised/one";
  const std::string name = "runs/supervised/one";
  const std::string weights = read_file(one / "last.safetensors"),
                    config = read_file(one / "config.json");
  fs::create_directory_symlink(one, folder_ / "link");
  for (const Words& words :
       {Words{"eval", name, "--output", name}, Words{"eval", "link", "--output", name},
        Words{"eval", "--checkpoint", name + "/best.safetensors", "--output", "link"},
        Words{"eval", "--output", name},  // of the newest, which is the same
        Words{"eval", name, "missing", "--output", "./runs/../" + name + "/"},
        Words{"label-spread", "--checkpoint", "link", "--output", name},
        Words{"linear-probe", "--checkpoint", name, "--output", "link"},
        Words{"finetune", "--checkpoint", name, "--output", name},
        Words{"supervised", "--checkpoint", name, "--width", "8", "--output", name},
        Words{"supervised", "--config", name + "/config.json", "--output", name}}) {
    expect_refusal(call(words + Words{"--overwrite"}), folder_.path(), 2,
                   {"--overwrite would remove", "--output"});
  }
  EXPECT_EQ(read_file(one / "last.safetensors"), weights);
  EXPECT_EQ(read_file(one / "config.json"), config);
}

TEST_F(RunFolderE2e, SomebodyElsesFilesStay) {
  fs::create_directory(folder_ / "mine");
  for (const char* name : {"log.txt", "config.json"}) {
    append_file(folder_ / "mine" / name, "{\"architectures\": [\"theirs\"]}");
    for (const Words& more : {Words{}, Words{"--overwrite"}}) {
      expect_refusal(run(folder_.path(), quick_run("mine") + more), folder_.path(), 2,
                     {"no run of stl10 wrote", name});
    }
    EXPECT_EQ(read_file(folder_ / "mine" / name), "{\"architectures\": [\"theirs\"]}");
    fs::remove(folder_ / "mine" / name);
  }
  append_file(folder_ / "mine/notes.txt", "keep");
  expect_done(quick_run("mine"));
  EXPECT_EQ(read_file(folder_ / "mine/notes.txt"), "keep");
}

TEST_F(RunFolderE2e, PicturesAndTracesReplaceOnlyTheirOwnKind) {
  const std::string images = read_file(folder_ / "toy/test_X.bin");
  expect_refusal(
      run(folder_.path(), {"data", "preview", "--data-dir", "toy", "--output", "toy/test_X.bin"}),
      folder_.path(), 2, {"test_X.bin is there and is not"});
  expect_refusal(run(folder_.path(), {"bench", "--config", "runs/supervised/one/config.json",
                                      "--trace", "toy/test_X.bin", "--measured-steps", "2"}),
                 folder_.path(), 2, {"test_X.bin is there and is not"});
  EXPECT_EQ(read_file(folder_ / "toy/test_X.bin"), images);
  for (int time = 0; time < 2; ++time) {
    expect_done({"bench", "--config", "runs/supervised/one/config.json", "--trace", "trace.json",
                 "--warmup-steps", "0", "--measured-steps", "2"});
  }
}

TEST_F(RunFolderE2e, OneListNamesEveryFileOfEveryRun) {
  expect_done(testing::quick_simclr("pre"));
  for (const Words& words : {Words{"linear-probe", "--checkpoint", "pre"},
                             Words{"finetune", "--checkpoint", "pre", "--epochs", "1"},
                             Words{"label-spread", "--checkpoint", "pre"},
                             Words{"eval", "pre", "--features", "--assumptions", "--draws", "1",
                                   "--clouds", "1", "--unlabeled-images", "5"}}) {
    const Outcome outcome = call(words + Words{"--output", words.front()});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  const auto known = run_files();
  for (const char* name :
       {"runs/supervised/one", "pre", "linear-probe", "finetune", "label-spread", "eval"}) {
    for (const auto& file : fs::directory_iterator(folder_ / name)) {
      EXPECT_NE(std::find(known.begin(), known.end(), file.path().filename().string()), known.end())
          << file.path();
    }
  }
  // So a run that replaces another leaves nothing of it.
  EXPECT_TRUE(fs::exists(folder_ / "eval/assumptions.svg"));
  const Outcome outcome = call({"eval", "runs/supervised/one", "--overwrite", "--output", "eval"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_FALSE(fs::exists(folder_ / "eval/assumptions.svg"));
}

TEST_F(RunFolderE2e, LatestMayStandBesideItsRunOrDangle) {
  // What the shell makes of runs/supervised/*.
  const Words both = {"runs/supervised/latest", "runs/supervised/one"};
  Outcome outcome = call(Words{"eval"} + both + Words{"--output", "judged"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  expect_done(quick_run("runs/supervised/two") + Words{"--seed", "1"});
  outcome = call({"eval", "runs/supervised/latest", "runs/supervised/one", "runs/supervised/two"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  outcome = call({"eval", "--runs", "runs/supervised/latest,runs/supervised/one"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  expect_refusal(call({"eval", "runs/supervised/one", "runs/supervised/one"}), folder_.path(), 2,
                 {"is named twice"});
  fs::remove_all(folder_ / "runs/supervised/two");
  outcome = call({"eval", "--output", "newest"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(json_of(folder_ / "newest/summary.json")["checkpoint"], "runs/supervised/one");
}

TEST_F(RunFolderE2e, RunsThatAreNotThereAreNamed) {
  expect_refusal(call({"eval", "nowhere", "also"}), folder_.path(), 1, {"nowhere is missing"});
  expect_refusal(call({"eval", "--runs", "1,2"}), folder_.path(), 1, {"1 is missing"});
}

}  // namespace
}  // namespace stl10
