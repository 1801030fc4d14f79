#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "e2e/program.h"
#include "e2e/run_files.h"
#include "stl10/base/image.h"
#include "stl10/data/writer.h"

/// Data and weights with which figures lose their meaning, and files as other systems write them.
namespace stl10 {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;
using testing::expect_refusal;
using testing::json_of;
using testing::Outcome;
using testing::quick_run;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

/// Images without order, of two classes a and b, by their labels.
NewImages noise_images(const std::vector<int64_t>& labels) {
  return {.count = static_cast<int64_t>(labels.size()),
          .labels = labels,
          .make = [](int64_t index, uint8_t* image) {
            for (int i = 0; i < kImageBytes; ++i) {
              image[i] = static_cast<uint8_t>((i + 7) * (index + 3) * 31 % 251);
            }
          }};
}

class SmallData : public ::testing::Test {
 protected:
  void make(const std::vector<int64_t>& train, const std::vector<int64_t>& test) {
    write_dataset(folder_ / "toy", {.class_names = {"a", "b", "c"},
                                    .train = noise_images(train),
                                    .test = noise_images(test),
                                    .unlabeled = {.count = 1, .make = noise_images({0}).make}});
    const Outcome outcome =
        run(folder_.path(), quick_run("one") + Words{"--validation", "none", "--batch-size", "2"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  Outcome call(const Words& words) {
    return run(folder_.path(), words + Words{"--checkpoint", "one", "--data-dir", "toy",
                                             "--threads", "1", "--output", "out"});
  }

  testing::TemporaryFolder folder_;
};

TEST_F(SmallData, FewerImagesThanNeighboursClassesOrPartsAreJudgedOrRefused) {
  const std::vector<std::vector<int64_t>> labels = {{0, 0, 1}, {0, 0, 0}, {0, 1, 2, 0, 1}};
  for (const std::vector<int64_t>& train : labels) {
    make(train, {0, 0});
    for (const Words& words : {Words{"linear-probe"}, Words{"linear-probe", "--l2", "0"},
                               Words{"finetune", "--epochs", "1"}, Words{"label-spread"},
                               Words{"eval", "--assumptions", "--draws", "1", "--clouds", "1",
                                     "--unlabeled-images", "0"}}) {
      const Outcome outcome = call(words);
      EXPECT_TRUE(outcome.exit_code == 0 || outcome.exit_code == 2)
          << words.front() << ": " << outcome.err;
      EXPECT_EQ(outcome.err.find("fault of stl10"), std::string::npos) << outcome.err;
      for (const auto& file : {"predictions.csv", "summary.json"}) {
        const std::string text = outcome.exit_code == 0 && fs::exists(folder_ / "out" / file)
                                     ? read_file(folder_ / "out" / file)
                                     : "";
        EXPECT_EQ(text.find("nan"), std::string::npos) << file;
      }
      fs::remove_all(folder_ / "out");
    }
    fs::remove_all(folder_ / "toy");
    fs::remove_all(folder_ / "one");
  }
}

TEST_F(SmallData, MoreNeighboursThanImagesAreAllOfThem) {
  make({0, 0, 1, 1}, {0});
  const Outcome outcome = call({"label-spread", "--k", "100", "--alpha", "0.5"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("only 4 others"), std::string::npos) << outcome.err;
  EXPECT_EQ(json_of(folder_ / "out/summary.json")["k"], 4);
}

TEST_F(SmallData, AdviceNamesFlagsOfTheCommandThatGivesIt) {
  make({0, 1}, {0});
  expect_refusal(call({"linear-probe"}), folder_.path(), 2, {"--l2 and --no-floors"});
  expect_refusal(call({"linear-probe", "--l2", "1"}), folder_.path(), 2, {"or --no-floors"});
  expect_refusal(call({"label-spread"}), folder_.path(), 2, {"--k and --alpha"});
  expect_refusal(call({"linear-probe", "--protocol", "10-fold"}), folder_.path(), 1,
                 {"leave out --protocol 10-fold"});
  expect_refusal(call({"finetune", "--validation", "none", "--head-start", "new"}), folder_.path(),
                 2, {"or --no-floors"});
}

TEST_F(SmallData, TestImagesOfOtherClassesHaveNoNeighboursOfTheirOwn) {
  make({0, 0, 1, 1}, {2, 2});
  expect_refusal(call({"eval", "--assumptions", "--unlabeled-images", "0"}), folder_.path(), 2,
                 {"a class that has both"});
}

TEST(SmallDataE2e, WeightsThatAreNoNumberEndEveryCommandWithThree) {
  const ToyFolder folder;
  ASSERT_EQ(run(folder.path(), quick_run("one")).exit_code, 0);
  TensorFile file = load_safetensors(folder / "one/last.safetensors");
  for (const auto& [name, value] :
       {std::pair("nan", std::numeric_limits<float>::quiet_NaN()), std::pair("huge", 3e38f)}) {
    TensorFile changed = file;
    changed.tensors["encoder.conv2.weight"] =
        at::full_like(file.tensors.at("encoder.conv2.weight"), value);
    changed.tensors["encoder.conv3.weight"] =
        at::full_like(file.tensors.at("encoder.conv3.weight"), value);
    save_safetensors(folder / (std::string(name) + ".safetensors"), changed);
    for (const std::string command :
         {"eval", "linear-probe", "finetune", "label-spread", "supervised"}) {
      const Words more = command == "supervised" ? Words{"--width", "8"} : Words{};
      const Outcome outcome =
          run(folder.path(), Words{command, "--checkpoint", std::string(name) + ".safetensors",
                                   "--data-dir", "toy", "--threads", "1", "--quiet"} +
                                 more);
      EXPECT_EQ(outcome.exit_code, 3) << command << " " << name << ": " << outcome.err;
      EXPECT_EQ(outcome.out, "") << command;
    }
  }
}

TEST(SmallDataE2e, TextsMayHaveWindowsLineEndsAndAByteOrderMark) {
  const ToyFolder folder;
  const auto to_windows = [&](const std::string& name) {
    std::string text = "\xEF\xBB\xBF";
    for (const char c : read_file(folder / name)) text += c == '\n' ? "\r\n" : std::string(1, c);
    save_atomically(folder / name, text);
  };
  ASSERT_EQ(run(folder.path(), quick_run("one")).exit_code, 0);
  for (const std::string name :
       {"toy/class_names.txt", "toy/fold_indices.txt", "one/config.json", "one/environment.json",
        "one/summary.json", "one/predictions.csv", "one/metrics.jsonl"}) {
    to_windows(name);
  }
  for (const Words& words : {Words{"supervised", "--config", "one/config.json", "--output", "two"},
                             Words{"eval", "one", "two"}, Words{"supervised", "--resume", "one"}}) {
    const Outcome outcome = run(folder.path(), words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
}

TEST(SmallDataE2e, AMissingFileNamesTheOptionThatDoesWithoutIt) {
  const ToyFolder folder;
  ASSERT_EQ(run(folder.path(), quick_run("one")).exit_code, 0);
  fs::remove(folder / "toy/unlabeled_X.bin");
  const Words data = {"--data-dir", "toy", "--output", "out"};
  expect_refusal(run(folder.path(), Words{"simclr-pretrain"} + data), folder.path(), 1,
                 {"unlabeled_X.bin is missing", "--unlabeled-batch-size 0"});
  expect_refusal(run(folder.path(), Words{"eval", "one", "--assumptions"} + data), folder.path(), 1,
                 {"unlabeled_X.bin is missing", "--unlabeled-images 0"});
  expect_refusal(
      run(folder.path(),
          Words{"label-spread", "--checkpoint", "one", "--unlabeled-images", "5"} + data),
      folder.path(), 1, {"unlabeled_X.bin is missing", "--unlabeled-images 0"});
  expect_refusal(run(folder.path(), {"data", "preview", "--data-dir", "toy", "--pairs", "true"}),
                 folder.path(), 1, {"unlabeled_X.bin is missing", "--pairs false"});
}

TEST(SmallDataE2e, ToyDataIsNotMadeUnderAMistypedName) {
  const ToyFolder folder;
  const std::string smoke = STL10_SOURCE_DIR "/configs/smoke.json";
  for (const std::string command : {"supervised", "bench"}) {
    expect_refusal(run(folder.path(), {command, "--config", smoke, "--data-dir", "tyo"}),
                   folder.path(), 1, {"the data folder tyo is missing"});
  }
  EXPECT_FALSE(fs::exists(folder / "tyo"));
}

}  // namespace
}  // namespace stl10
