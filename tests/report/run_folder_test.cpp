#include "stl10/report/run_folder.h"

#include <gtest/gtest.h>

#include <set>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;
using testing::WorkingFolder;

namespace fs = std::filesystem;

/// A folder with the config of a run.
void make_run(const fs::path& folder) {
  make_folder(folder);
  save_json(folder / "config.json", {{"command", "supervised"}});
}

TEST(RunFolder, AFolderWithARunIsRefusedUnlessOverwritten) {
  const TemporaryFolder folder;
  const std::string output = folder.path().string();
  EXPECT_NO_THROW(check_output("", false));
  EXPECT_NO_THROW(check_output(output, false));
  make_run(folder.path());
  EXPECT_THROW(check_output(output, false), UsageError);
  EXPECT_THROW(clear_run_folder(folder.path(), false), UsageError);
  EXPECT_NO_THROW(check_output(output, true));
  EXPECT_THROW(check_output(output + "/config.json", true), UsageError);
}

TEST(RunFolder, OverwritingRemovesTheRunAndNothingElse) {
  const TemporaryFolder folder;
  make_run(folder.path());
  for (const std::string_view name : run_files()) {
    if (name != "config.json") append_file(folder / name, "of the run");
  }
  append_file(folder / "mine.txt", "keep");
  clear_run_folder(folder.path(), /*overwrite=*/true);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
  EXPECT_TRUE(fs::exists(folder / "mine.txt"));
}

TEST(RunFolder, FilesThatNoRunWroteAreNeverRemoved) {
  for (const std::string_view name : run_files()) {
    const TemporaryFolder folder;
    append_file(folder / name, R"({"model_type": "somebody else's"})");
    for (const bool overwrite : {false, true}) {
      EXPECT_THROW(check_output(folder.path().string(), overwrite), UsageError) << name;
      EXPECT_THROW(clear_run_folder(folder.path(), overwrite), UsageError) << name;
    }
    EXPECT_TRUE(fs::exists(folder / name)) << name;
  }
}

TEST(RunFolder, WhatTheCommandReadsIsNotOverwritten) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  for (const char* name : {"one", "two"}) {
    make_run(name);
    append_file(fs::path(name) / "last.safetensors", "weights");
  }
  fs::create_directory_symlink("one", "link");
  fs::create_symlink("one/last.safetensors", "file");
  fs::create_symlink(fs::absolute("two/last.safetensors"), "one/best.safetensors");
  for (const char* input : {"one", "one/", "./two/../one", "link", "one/last.safetensors", "file",
                            "link/last.safetensors", "one/best.safetensors"}) {
    for (const char* output : {"one", "link", "two/../one/"}) {
      EXPECT_THROW(check_output(output, true, {"two", input}), UsageError) << input << output;
    }
  }
  EXPECT_THROW(check_output("two", true, {"one/best.safetensors"}), UsageError) << "read by a link";
  EXPECT_NO_THROW(check_output("two", true, {"one", "missing"}));
  make_run(".");
  EXPECT_NO_THROW(check_output(".", true, {"one"}))
      << "only files of the folder itself are removed";
}

TEST(RunFolder, TheLinksNameIsNoFolderForARun) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  make_folder("disk");
  fs::create_directory_symlink("disk", "runs");
  for (const char* name :
       {"runs/supervised/latest", "./runs/../runs/finetune/latest/", "disk/supervised/latest"}) {
    EXPECT_THROW(check_output(name, true), UsageError) << name;
  }
  EXPECT_NO_THROW(check_output("mine/supervised/latest", false));
}

TEST(RunFolder, RunsOfTheSameSecondHaveFoldersOfTheirOwn) {
  const TemporaryFolder folder;
  const WorkingFolder working(folder.path());
  std::set<fs::path> folders;
  for (int i = 0; i < 20; ++i) folders.insert(make_run_folder("", "supervised"));
  EXPECT_EQ(folders.size(), 20u);
  EXPECT_TRUE(folders.begin()->string().starts_with("runs/supervised/2")) << *folders.begin();
  EXPECT_EQ(make_run_folder("x/y", "supervised"), "x/y");
}

}  // namespace
}  // namespace stl10
