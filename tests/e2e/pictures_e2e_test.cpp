#include <gtest/gtest.h>

#include <cmath>

#include "e2e/program.h"
#include "e2e/run_files.h"
#include "stl10/base/png.h"
#include "stl10/data/dataset.h"
#include "stl10/data/picture.h"
#include "stl10/evaluate/predictions.h"

#ifdef STL10_WITH_OPENCV

namespace stl10 {
namespace {

using testing::Call;
using testing::expect_refusal;
using testing::json_of;
using testing::lines_of;
using testing::Outcome;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

class PicturesE2e : public ::testing::Test {
 protected:
  Outcome call(const Words& words) { return run(folder_.path(), words); }
  Json json(const Words& words) {
    const Outcome outcome = call(words + Words{"--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return parse_json(outcome.out, "stdout");
  }
  void train() { ASSERT_EQ(call(testing::quick_run("run")).exit_code, 0); }

  /// The toy data's first images as PNG, "<folder>/<class>/<part><index>.png" for each class.
  void save_classes(const std::string& folder, int64_t classes, int64_t images = 60) {
    const Dataset data = open_dataset(folder_ / "toy");
    for (int64_t i = 0; i < images; ++i) {
      const int64_t label = data.train.labels[static_cast<size_t>(i)];
      if (label >= classes) continue;
      const std::filesystem::path path =
          folder_ / folder / data.class_names[static_cast<size_t>(label)];
      std::filesystem::create_directories(path);
      save_picture(path / (std::to_string(i) + ".png"), data.train.images().image(i));
    }
  }
  void save_test_images(const std::string& folder) {
    const Dataset data = open_dataset(folder_ / "toy");
    std::filesystem::create_directories(folder_ / folder);
    for (int64_t i = 0; i < data.test.count(); ++i) {
      const std::string name = std::to_string(100 + i) + ".png";
      save_picture(folder_ / folder / name, data.test.images().image(i));
    }
  }

  ToyFolder folder_;
};

TEST_F(PicturesE2e, PredictSaysWhatTheRunSaidOfItsTestImages) {
  train();
  save_test_images("pictures");
  const Json said =
      json({"predict", "pictures", "--checkpoint", "run", "--precision", "fp32", "--top", "10"});
  const Predictions known = read_predictions(folder_ / "run" / "predictions.csv", "test")[0];
  ASSERT_EQ(said["pictures"].size(), 40U);
  EXPECT_EQ(said["checkpoint"], "run");
  for (int64_t i = 0; i < 40; ++i) {
    const Json& picture = said["pictures"][static_cast<size_t>(i)];
    EXPECT_EQ(picture["path"], "pictures/" + std::to_string(100 + i) + ".png");
    EXPECT_EQ(picture["predicted"], said["class_names"][known.predicted[i].item<int64_t>()]);
    for (const Json& top : picture["top"]) {
      const auto& names = said["class_names"];
      const auto k = std::find(names.begin(), names.end(), top["class"]) - names.begin();
      EXPECT_NEAR(top["probability"].get<double>(), known.probabilities[i][k].item<double>(), 1e-5);
    }
    EXPECT_GE(picture["in_class"], 0);
    EXPECT_LE(picture["in_class"], 1);
  }
}

TEST_F(PicturesE2e, AnAnswerDoesNotDependOnOthersOrOnThreads) {
  train();
  save_test_images("pictures");
  const Words fixed = {"--checkpoint", "run", "--format", "jsonl", "--precision", "fp32"};
  const Outcome all = call(Words{"predict", "pictures", "--threads", "2"} + fixed);
  const Outcome one = call(Words{"predict", "pictures/117.png", "--threads", "1"} + fixed);
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_NE(all.out.find(one.out), std::string::npos) << one.out;
}

TEST_F(PicturesE2e, WhatCannotBeReadIsALineAndTheOthersAreAnswered) {
  train();
  save_test_images("pictures");
  save_atomically(folder_ / "pictures" / "110.png", "no picture");
  save_atomically(folder_ / "pictures" / "120.png", "");
  const Outcome outcome = call({"predict", "pictures", "missing.jpg", "--checkpoint", "run"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.error_lines(), 4U) << outcome.err;
  for (const char* part : {"110.png can't be read", "120.png can't be read", "an empty file",
                           "missing.jpg", "3 of 41 pictures could not be read"}) {
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  }
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 38);
  const Outcome json =
      call({"predict", "pictures", "--checkpoint", "run", "--json", "--threads", "1"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_EQ(parse_json(json.out, "stdout")["skipped"][0]["path"], "pictures/110.png");
}

TEST_F(PicturesE2e, PathsComeFromStdinAndFoldersMayBeCalledLikeCommands) {
  train();
  save_test_images("supervised");
  save_atomically(folder_ / "list.txt", "supervised/103.png\n\nsupervised/101.png\n");
  const Words fixed = {"--checkpoint", "run", "--format", "csv"};
  const Outcome listed = Call(folder_.path(), Words{"predict", "-"} + fixed, "list.txt").finish();
  EXPECT_EQ(listed.exit_code, 0) << listed.err;
  EXPECT_EQ(std::count(listed.out.begin(), listed.out.end(), '\n'), 3);
  EXPECT_LT(listed.out.find("103.png"), listed.out.find("101.png"));
  for (const Words& words : {Words{"predict", "supervised"} + fixed,
                             Words{"predict"} + fixed + Words{"--", "supervised"}}) {
    const Outcome outcome = call(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 41);
  }
}

TEST_F(PicturesE2e, PicturesOfOtherThingsAreRejected) {
  train();
  save_test_images("pictures");
  const Json all = json({"predict", "pictures", "--checkpoint", "run", "--reject", "1"});
  for (const Json& picture : all["pictures"]) {
    EXPECT_EQ(picture["predicted"], picture["in_class"] < 1 ? "none" : picture["top"][0]["class"]);
  }
  const Json none = json({"predict", "pictures", "--checkpoint", "run", "--reject", "0"});
  for (const Json& picture : none["pictures"]) EXPECT_NE(picture["predicted"], "none");
}

TEST_F(PicturesE2e, PredictRefusesWhatItCannotUse) {
  expect_refusal(call({"predict"}), folder_.path(), 2, {"needs pictures", "stdin"});
  expect_refusal(call({"predict", "x.png"}), folder_.path(), 1, {"a classifier", "--checkpoint"});
  ASSERT_EQ(call(testing::quick_simclr("pre")).exit_code, 0);
  expect_refusal(call({"predict", "x.png", "--checkpoint", "pre"}), folder_.path(), 2,
                 {"pre/last.safetensors holds no classifier", "linear-probe"});
  expect_refusal(call({"predict", "x.png", "--pictures", "y.png"}), folder_.path(), 2,
                 {"given twice", "--pictures"});
}

TEST_F(PicturesE2e, OwnFoldersAreImportedAndWorkedWith) {
  ASSERT_EQ(call(testing::quick_simclr("ten")).exit_code, 0);
  save_classes("mine", 3);
  save_test_images("others");
  const Words import = {"data", "import", "mine", "--unlabeled", "others", "--fit", "pad"};
  const Json counts = json(import + Words{"--output", "own"});
  EXPECT_EQ(counts["classes"], 3);
  EXPECT_EQ(counts["train"].get<int64_t>() + counts["test"].get<int64_t>(), 18);
  EXPECT_EQ(counts["unlabeled"], 40);
  ASSERT_EQ(call(import + Words{"--output", "again"}).exit_code, 0);
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "own")) {
    EXPECT_EQ(read_file(file.path()), read_file(folder_ / "again" / file.path().filename()));
  }
  const Words on_own = {"--data-dir", "own", "--threads", "1", "--precision", "fp32"};
  const Words small = {"--epochs", "1", "--width", "8"};
  json(Words{"supervised", "--output", "own_run", "--class-weights", "balanced"} + small + on_own);
  json(Words{"simclr-pretrain", "--output", "own_pre", "--batch-size", "4",
             "--unlabeled-batch-size", "4", "--steps-per-epoch", "2", "--projection.hidden", "8"} +
       small + on_own);
  const Words probe = {"linear-probe", "--no-floors", "--class-weights", "balanced"};
  json(probe + Words{"--checkpoint", "ten", "--output", "own_probe"} + on_own);
  json(Words{"finetune", "--checkpoint", "ten", "--no-floors", "--epochs", "1", "--class-weights",
             "balanced", "--output", "own_tuned"} +
       on_own);
  for (const char* name : {"own_run", "own_probe", "own_tuned"}) {
    EXPECT_EQ(json(Words{"eval", name, "--features", "false"} + on_own)["test"]["count"],
              counts["test"]);
    const Json said = json({"predict", "others", "--checkpoint", name, "--threads", "1"});
    EXPECT_EQ(said["pictures"].size(), 40U);
    EXPECT_EQ(said["class_names"].size(), 3U);
    EXPECT_EQ(load_safetensors(folder_ / name / "last.safetensors").metadata.at("fit"), "pad");
  }
}

TEST_F(PicturesE2e, ImportRefusesWhatMakesNoDataSet) {
  save_classes("one", 1);
  expect_refusal(call({"data", "import", "one", "--output", "out"}), folder_.path(), 1,
                 {"wrong number of classes", "found 1"});
  save_classes("two", 2);
  expect_refusal(call({"data", "import", "two", "--output", "toy"}), folder_.path(), 2,
                 {"toy is not empty"});
  expect_refusal(call({"data", "import", "--output", "out"}), folder_.path(), 2,
                 {"needs pictures", "--unlabeled"});
  expect_refusal(call({"data", "import", "two", "one", "--output", "out"}), folder_.path(), 2,
                 {"data import takes one word", "folders of all classes"});
  expect_refusal(call({"data", "import", "nowhere", "--output", "out"}), folder_.path(), 1,
                 {"nowhere"});
}

TEST_F(PicturesE2e, EvalShowsTheMistakesThatItIsSurestOf) {
  train();
  const Json judged = json({"eval", "run", "--data-dir", "toy", "--features", "false", "--wrong",
                            "wrong", "--wrong-images", "5"});
  const Predictions known = read_predictions(folder_ / "run" / "predictions.csv", "test")[0];
  const std::vector<Mistake> mistakes = surest_mistakes(known, 5);
  ASSERT_EQ(mistakes.size(), 5U);
  EXPECT_EQ(judged["wrong"]["images"], 5);
  const Dataset data = open_dataset(folder_ / "toy");
  for (const Mistake& mistake : mistakes) {
    char confidence[8];
    std::snprintf(confidence, sizeof confidence, "%.3f", mistake.confidence);
    const std::string name = data.class_names[static_cast<size_t>(mistake.label)] + "-as-" +
                             data.class_names[static_cast<size_t>(mistake.predicted)] + "-" +
                             confidence + "-" + std::to_string(mistake.index) + ".png";
    const std::vector<uint8_t> image = read_picture(folder_ / "wrong" / name, Fit::kCrop);
    EXPECT_TRUE(std::equal(image.begin(), image.end(), data.test.images().image(mistake.index)));
  }
  expect_refusal(call({"eval", "run", "--data-dir", "toy", "--wrong", "wrong"}), folder_.path(), 2,
                 {"wrong is not empty"});
}

}  // namespace
}  // namespace stl10

#endif
