#include <gtest/gtest.h>

#include <cstdlib>

#include "e2e/program.h"
#include "e2e/run_files.h"

/// Checkpoints as other runs and other programs meet them.
namespace stl10 {
namespace {

using testing::expect_equal_weights;
using testing::json_of;
using testing::Outcome;
using testing::quick_run;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

class CheckpointE2e : public ::testing::Test {
 protected:
  CheckpointE2e() { expect_done(quick_run("one")); }

  void expect_done(const Words& words) {
    const Outcome outcome = run(folder_.path(), words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  /// Exit code and one line with these parts; `out` is not made.
  void expect_refused(const Words& words, int code, const Words& parts) {
    testing::expect_refusal(run(folder_.path(), words), folder_.path(), code, parts);
  }

  double first_loss(const std::string& run_folder) {
    const std::string line = testing::lines_of(folder_ / run_folder / "metrics.jsonl").at(0);
    return parse_json(line, "metrics.jsonl")["train"]["loss"];
  }

  ToyFolder folder_;
};

TEST_F(CheckpointE2e, ANewRunStartsFromAnothersWeightsWithANewSchedule) {
  expect_done(quick_run("two") + Words{"--checkpoint", "one"});
  EXPECT_LT(first_loss("two"), first_loss("one"));
  const Json summary = json_of(folder_ / "two/summary.json");
  EXPECT_EQ(summary["parent"], "one");
  EXPECT_EQ(summary["epochs"], 2);
  EXPECT_EQ(testing::lines_of(folder_ / "two/metrics.jsonl").size(), 2u);
  // A file is taken as well as its folder, and the run's own config repeats it.
  expect_done({"supervised", "--output", "three", "--config", "two/config.json", "--checkpoint",
               "one/last.safetensors"});
  expect_equal_weights(folder_ / "two/last.safetensors", folder_ / "three/last.safetensors");
  expect_done({"supervised", "--output", "four", "--config", "two/config.json"});
  expect_equal_weights(folder_ / "two/last.safetensors", folder_ / "four/last.safetensors");
}

TEST_F(CheckpointE2e, ResumingARunWithAParentDoesNotStartItAnew) {
  expect_done(quick_run("two") + Words{"--checkpoint", "one"});
  const std::string before = read_file(folder_ / "two/last.safetensors");
  std::filesystem::remove_all(folder_ / "one");
  expect_done({"supervised", "--resume", "two"});
  EXPECT_EQ(json_of(folder_ / "two/summary.json")["parent"], "one");
  EXPECT_EQ(read_file(folder_ / "two/last.safetensors"), before);
}

TEST_F(CheckpointE2e, WhatDoesNotFitIsRefusedBeforeAnythingIsWritten) {
  const auto from = [](const Words& more) {
    return quick_run("out") + Words{"--checkpoint", "one"} + more;
  };
  expect_refused(quick_run("out") + Words{"--checkpoint", "none"}, 1, {"none"});
  expect_refused(quick_run("out") + Words{"--checkpoint", "toy"}, 1, {"toy/last.safetensors"});
  expect_refused(quick_run("out") + Words{"--checkpoint", "toy/train_y.bin"}, 1, {"train_y.bin"});
  expect_refused(from({"--width", "16"}), 2, {"one/last.safetensors", "8", "16"});
  expect_refused(from({"--encoder.batch-norm", "false"}), 2, {"conv1.bias"});
  save_atomically(folder_ / "toy/class_names.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  expect_refused(from({}), 2, {"other classes", "disc"});
}

TEST_F(CheckpointE2e, AResumedRunMayFindItsDataElsewhereButNotOtherData) {
  std::filesystem::rename(folder_ / "toy", folder_ / "moved");
  expect_done({"supervised", "--resume", "one", "--data-dir", "moved"});
  expect_done({"data", "toy", "--output", "other", "--train", "60", "--test", "40", "--seed", "7"});
  expect_refused({"supervised", "--resume", "one", "--data-dir", "other"}, 2, {"other images"});
}

TEST_F(CheckpointE2e, ItLoadsInPython) {
  const char* python = std::getenv("STL10_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "STL10_PYTHON names no Python with numpy and safetensors";
  const std::string command = python + std::string(" " STL10_SOURCE_DIR "/tests/e2e/") +
                              "read_checkpoint.py " + (folder_ / "one/last.safetensors").string() +
                              " > " + (folder_ / "python.json").string();
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  const Json found = json_of(folder_ / "python.json");
  const TensorFile file = load_safetensors(folder_ / "one/last.safetensors");
  ASSERT_EQ(found["tensors"].size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    const Json& seen = found["tensors"][name];
    EXPECT_EQ(seen["shape"].get<std::vector<int64_t>>(), tensor.sizes().vec()) << name;
    EXPECT_NEAR(seen["sum"].get<double>(), tensor.to(at::kDouble).sum().item<double>(), 1e-9);
  }
  EXPECT_EQ(found["metadata"]["command"], "supervised");
  EXPECT_EQ(found["metadata"]["precision"], "fp32");
  EXPECT_EQ(parse_json(found["metadata"]["config"].get<std::string>(), "config")["width"], 8);
}

}  // namespace
}  // namespace stl10
