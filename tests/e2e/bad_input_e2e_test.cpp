#include <gtest/gtest.h>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

using testing::Outcome;
using testing::quick_run;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

namespace fs = std::filesystem;

class BadInput : public ::testing::Test {
 protected:
  /// The program must end with `code` and one line that holds each of `parts`, and write nothing.
  void expect_refused(const std::vector<std::string>& words, int code,
                      const std::vector<std::string>& parts) {
    testing::expect_refusal(run(folder_.path(), words), folder_.path(), code, parts);
    EXPECT_FALSE(fs::exists(folder_ / "runs")) << "something was written";
  }
  void expect_flags_refused(const std::vector<std::string>& flags,
                            const std::vector<std::string>& parts) {
    expect_refused(quick_run("out") + flags, 2, parts);
  }
  void expect_data_refused(const std::vector<std::string>& parts) {
    expect_refused(quick_run("out"), 1, parts);
  }
  fs::path data(const std::string& name) const { return folder_ / ("toy/" + name); }

  ToyFolder folder_;
};

constexpr const char* kDataFiles[] = {"train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin"};

TEST_F(BadInput, MissingDataNamesTheWaysOn) {
  fs::remove_all(folder_ / "toy");
  expect_data_refused({"toy", "data download --output toy", "data toy --output toy"});
}

TEST_F(BadInput, EachMissingFile) {
  for (const char* name : kDataFiles) {
    fs::rename(data(name), data("away"));
    expect_data_refused({name});
    fs::rename(data("away"), data(name));
  }
}

TEST_F(BadInput, EachEmptyFile) {
  for (const char* name : {"train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin",
                           "class_names.txt", "fold_indices.txt"}) {
    const std::string sound = read_file(data(name));
    fs::resize_file(data(name), 0);
    expect_data_refused({name});
    save_atomically(data(name), sound);
  }
}

TEST_F(BadInput, EachFileOneByteShortOrLong) {
  for (const char* name : kDataFiles) {
    const std::string sound = read_file(data(name));
    fs::resize_file(data(name), sound.size() - 1);
    expect_data_refused({name, "expected", "found"});
    save_atomically(data(name), sound + sound.back());
    expect_data_refused({name, "expected", "found"});
    save_atomically(data(name), sound);
  }
}

TEST_F(BadInput, AFolderInPlaceOfAFile) {
  fs::remove(data("train_X.bin"));
  fs::create_directory(data("train_X.bin"));
  expect_data_refused({"train_X.bin", "folder"});
}

TEST_F(BadInput, LabelsOutOfRange) {
  std::string labels = read_file(data("train_y.bin"));
  for (const int label : {0, 11, 255}) {
    labels[7] = static_cast<char>(label);
    save_atomically(data("train_y.bin"), labels);
    expect_data_refused({"train_y.bin", "7", std::to_string(label)});
  }
}

TEST_F(BadInput, FoldsOutOfRange) {
  for (const char* text : {"1 2 60\n", "1 -2 3\n", "1 x 3\n", "1 1 2\n"}) {
    save_atomically(data("fold_indices.txt"), text);
    expect_data_refused({"fold_indices.txt"});
  }
}

TEST_F(BadInput, UnknownFlagsCommandsAndKeys) {
  expect_flags_refused({"--epohcs", "3"}, {"--epohcs", "did you mean --epochs"});
  expect_refused({"supervize"}, 2, {"supervize", "did you mean supervised"});
  expect_refused({}, 2, {"--help"});
  expect_refused({"data"}, 2, {"data --help"});
  expect_refused({"data", "toi"}, 2, {"toi", "did you mean toy"});
  save_atomically(folder_ / "c.json", R"({"epohcs": 3})");
  expect_flags_refused({"--config", "c.json"}, {"epohcs", "c.json", "did you mean `epochs`"});
}

TEST_F(BadInput, WrongTypesAndRanges) {
  expect_flags_refused({"--epochs", "3.5"}, {"epochs", "integer", "3.5"});
  expect_flags_refused({"--batch-size", "-1"}, {"batch_size", "-1", "in [1, 1000000000]"});
  expect_flags_refused({"--learning-rate", "fast"}, {"learning_rate", "number", "fast"});
  expect_flags_refused({"--learning-rate", "0"}, {"learning_rate", "above 0"});
  expect_flags_refused({"--seed", "-1"}, {"seed"});
  expect_flags_refused({"--validation", "maybe"}, {"validation", "holdout"});
  expect_flags_refused({"--augment.preset", "none?"}, {"preset", "classification"});
  expect_flags_refused({"--augment.crop-scale", "0.9,0.5"}, {"crop_scale"});
  expect_flags_refused({"--encoder.padding", "valid", "--encoder.pools", "true"}, {"1→0"});
  expect_flags_refused({"--head.outputs", "9"}, {"head.outputs", "9"});
  expect_flags_refused({"--device", "tpu"}, {"tpu"});
  expect_flags_refused({"--device", "cuda:77"}, {"cuda:77"});
  expect_flags_refused({"--fold", "10"}, {"fold", "10"});
  expect_flags_refused({"--labels-per-class", "7"}, {"labels-per-class", "7"});
  expect_flags_refused({"--epochs"}, {"--epochs"});
}

TEST_F(BadInput, EmptyValuesAreNotTakenForNone) {
  for (const char* flag : {"--config", "--resume", "--checkpoint", "--data-dir", "--device"}) {
    expect_flags_refused({flag, ""}, {flag, "empty"});
  }
  expect_refused({"supervised", "--output", ""}, 2, {"--output", "empty"});
}

TEST_F(BadInput, TwoCommandsOnOneLine) {
  expect_flags_refused({"data", "toy", "--output", "more"}, {"two commands", "supervised", "data"});
  EXPECT_FALSE(fs::exists(folder_ / "more"));
  expect_refused({"data", "toy", "preview", "--output", "more"}, 2, {"preview"});
}

TEST_F(BadInput, WhatMemoryCannotHold) {
  expect_refused(quick_run("out") + std::vector<std::string>{"--width", "65536"}, 1,
                 {"out of memory", "--width"});
}

TEST_F(BadInput, HugeNumbersAreRefusedOrHeld) {
  expect_flags_refused({"--epochs", "1000000000000"}, {"epochs", "1000000000"});
  expect_flags_refused({"--steps-per-epoch", "9223372036854775807"}, {"steps_per_epoch"});
  expect_flags_refused({"--batch-size", "9223372036854775807"}, {"batch_size"});
  expect_flags_refused({"--learning-rate", "1e400"}, {"learning_rate", "1e400"});
}

TEST_F(BadInput, ListsOnTheCommandLineThatAreNoNumbers) {
  const std::string deep = std::string(60000, '[') + std::string(60000, ']');
  expect_flags_refused({"--augment.crop-scale", deep}, {"crop_scale"});
  expect_flags_refused({"--augment.crop-scale", "[0.5, [1]]"}, {"crop_scale", "[1]"});
  expect_flags_refused({"--augment.crop-scale", "[0.5, x]"}, {"crop_scale", "x"});
  expect_flags_refused({"--augment.crop-scale", "[]"}, {"crop_scale"});
}

TEST_F(BadInput, PathsThatNoFileSystemTakes) {
  const std::string longest(300, 'x');
  for (const char* flag : {"--output", "--data-dir", "--config", "--checkpoint"}) {
    expect_refused(quick_run("out") + std::vector<std::string>{flag, longest}, 1, {"xxx"});
    expect_refused(quick_run("out") + std::vector<std::string>{flag, "b\xffr"}, 2, {"UTF-8"});
  }
  fs::create_symlink("loop", folder_ / "loop");
  expect_refused(quick_run("loop/out"), 1, {"loop"});
  expect_refused(quick_run("out") + std::vector<std::string>{"--data-dir", "loop"}, 1, {"loop"});
}

TEST_F(BadInput, ControlCharactersFromFilesNeverReachTheTerminal) {
  save_atomically(folder_ / "c.json", "{\"\\u001b[2J\": 3}");
  const Outcome key =
      run(folder_.path(), quick_run("out") + std::vector<std::string>{"--config", "c.json"});
  EXPECT_EQ(key.exit_code, 2);
  save_atomically(data("class_names.txt"), "a\n\x1b[2J\n");
  const Outcome name = run(folder_.path(), quick_run("out"));
  EXPECT_EQ(name.exit_code, 1);
  EXPECT_EQ((key.err + name.err).find('\x1b'), std::string::npos) << key.err << name.err;
}

TEST_F(BadInput, BadConfigs) {
  expect_refused(quick_run("out") + std::vector<std::string>{"--config", "none.json"}, 1,
                 {"none.json"});
  save_atomically(folder_ / "c.json", R"({"epochs": 3)");
  expect_flags_refused({"--config", "c.json"}, {"c.json", "JSON", "byte"});
  save_atomically(folder_ / "c.json", R"({"learning_rate": 1e400})");
  expect_flags_refused({"--config", "c.json"}, {"c.json", "1e400"});
  save_atomically(folder_ / "c.json", R"({"seed": 1, "seed": 2})");
  expect_flags_refused({"--config", "c.json"}, {"c.json", "`seed` twice"});
  save_atomically(folder_ / "c.json", "[1, 2]");
  expect_flags_refused({"--config", "c.json"}, {"c.json", "object"});
  save_atomically(folder_ / "c.json", R"({"command": "eval"})");
  expect_flags_refused({"--config", "c.json"}, {"c.json", "eval", "supervised"});
  save_atomically(folder_ / "c.json", R"({"encoder": {"pools": 1}})");
  expect_flags_refused({"--config", "c.json"}, {"encoder.pools", "true|false|[integer"});
}

TEST_F(BadInput, FlagsBeatTheConfigWhateverTheOrder) {
  save_atomically(folder_ / "c.json", R"({"epochs": 1, "seed": 5})");
  const Outcome outcome =
      run(folder_.path(), quick_run("out") + std::vector<std::string>{"--config", "c.json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string config = read_file(folder_ / "out/config.json");
  EXPECT_NE(config.find("\"epochs\": 2"), std::string::npos);
  EXPECT_NE(config.find("\"seed\": 5"), std::string::npos);
}

TEST_F(BadInput, AFolderThatHoldsARunIsRefused) {
  ASSERT_EQ(run(folder_.path(), quick_run("out")).exit_code, 0);
  const std::string before = read_file(folder_ / "out/summary.json");
  const Outcome refused = run(folder_.path(), quick_run("out"));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("--overwrite"), std::string::npos) << refused.err;
  EXPECT_EQ(read_file(folder_ / "out/summary.json"), before);
  EXPECT_EQ(
      run(folder_.path(), quick_run("out") + std::vector<std::string>{"--overwrite"}).exit_code, 0);
}

TEST_F(BadInput, ResumingWhatIsNotThereOrDamagedOrChanged) {
  expect_refused({"supervised", "--resume", "nowhere"}, 1, {"nowhere"});
  ASSERT_EQ(run(folder_.path(), quick_run("done")).exit_code, 0);
  const auto resume = [&](const std::vector<std::string>& more) {
    return run(folder_.path(), std::vector<std::string>{"supervised", "--resume", "done"} + more);
  };
  const Outcome changed = resume({"--epochs", "3"});
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_NE(changed.err.find("--epochs"), std::string::npos) << changed.err;
  std::string bytes = read_file(folder_ / "done/last.safetensors");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  save_atomically(folder_ / "done/last.safetensors", bytes);
  const Outcome damaged = resume({});
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_NE(damaged.err.find("SHA-256"), std::string::npos) << damaged.err;
}

TEST_F(BadInput, HelpAndVersionAreNoErrors) {
  EXPECT_NE(run(folder_.path(), {"--help"}).out.find("supervised"), std::string::npos);
  const Outcome help = run(folder_.path(), {"supervised", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.out.find("--encoder.batch-norm"), std::string::npos);
  const Outcome version = run(folder_.path(), {"--version"});
  EXPECT_EQ(version.exit_code, 0);
  for (const char* part : {"stl10 ", "LibTorch 2", "CUDA ", "instruction set "}) {
    EXPECT_NE(version.out.find(part), std::string::npos) << version.out;
  }
}

}  // namespace
}  // namespace stl10
