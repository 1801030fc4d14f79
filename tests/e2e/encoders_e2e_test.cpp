#include <gtest/gtest.h>

#include <csignal>

#include "e2e/program.h"
#include "e2e/run_files.h"

/// Every command on encoders and sizes other than the defaults.
namespace stl10 {
namespace {

using testing::Call;
using testing::expect_equal_weights;
using testing::expect_refusal;
using testing::json_of;
using testing::lines_of;
using testing::Outcome;
using testing::quick_run;
using testing::quick_simclr;
using testing::results_of;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

struct EncoderFlags {
  const char* name;
  Words encoder;
  const char* size;
};

const Words kResnet = {"--encoder.kind", "resnet",  "--encoder.blocks", "[1,1]",
                       "--encoder.stem", "stride2", "--width",          "8"};
const Words kEarlyPool = {"--encoder.kind",       "conv4",   "--encoder.pools",   "[1]",
                          "--encoder.batch-norm", "true",    "--encoder.padding", "valid",
                          "--encoder.widths",     "16,8,8,8"};

class EncodersE2e : public ::testing::TestWithParam<EncoderFlags> {
 protected:
  Outcome done(const Words& words) {
    Outcome outcome = run(folder_.path(), words);
    EXPECT_EQ(outcome.exit_code, 0) << words.front() << ": " << outcome.err;
    return outcome;
  }
  Words simclr(const std::string& output) const {
    return quick_simclr(output) + GetParam().encoder +
           Words{"--contrastive.size", GetParam().size, "--epochs", "4"};
  }
  Words supervised(const std::string& output) const {
    return quick_run(output) + GetParam().encoder +
           Words{"--augment.size", GetParam().size, "--epochs", "4"};
  }
  /// Kills a run after its second epoch, resumes it, and compares it with one that ran through.
  void expect_exact_resume(const Words& straight, const Words& stopped) {
    done(straight);
    Call call(folder_.path(), stopped);
    call.wait_until([&] {
      const auto metrics = folder_ / "stopped/metrics.jsonl";
      return std::filesystem::exists(metrics) && lines_of(metrics).size() >= 2;
    });
    call.send(SIGKILL);
    call.finish();
    done({straight.front(), "--resume", "stopped"});
    EXPECT_EQ(results_of(folder_ / "straight"), results_of(folder_ / "stopped"));
    expect_equal_weights(folder_ / "straight/last.safetensors",
                         folder_ / "stopped/last.safetensors");
  }

  ToyFolder folder_;
};

TEST_P(EncodersE2e, IsTrainedResumedAndJudged) {
  expect_exact_resume(supervised("straight"), supervised("stopped"));
  const Json judged = parse_json(done({"eval", "straight", "--data-dir", "toy", "--json"}).out, "");
  EXPECT_EQ(judged["test"]["accuracy"],
            json_of(folder_ / "straight/summary.json")["test"]["accuracy"]);
}

TEST_P(EncodersE2e, LearnsWithoutLabelsAndIsBuiltOn) {
  expect_exact_resume(simclr("straight"), simclr("stopped"));
  const Words on = {"--checkpoint", "straight", "--data-dir", "toy",
                    "--threads",    "1",        "--json",     "--output"};
  const Json probe = parse_json(
      done(Words{"linear-probe", "--views", "3", "--whiten", "4"} + on + Words{"probe"}).out, "");
  EXPECT_EQ(probe["test"]["count"], 40);
  EXPECT_EQ(probe["floors"].size(), 3u);
  const Json layers = parse_json(
      done(Words{"linear-probe", "--tap", "layers", "--no-floors"} + on + Words{"layers"}).out, "");
  EXPECT_EQ(layers["tap"], "layers");
  done(Words{"finetune", "--epochs", "1", "--no-floors"} + on + Words{"finetune"});
  done(Words{"label-spread"} + on + Words{"spread"});
  const Json features =
      parse_json(done({"eval", "--features", "straight", "--data-dir", "toy", "--json"}).out, "");
  EXPECT_TRUE(features["features"].is_object());
  const Json judged = parse_json(done({"eval", "finetune", "--data-dir", "toy", "--json"}).out, "");
  EXPECT_EQ(judged["test"]["count"], 40);
}

TEST_P(EncodersE2e, ItsViewsAreShown) {
  const Outcome outcome =
      run(folder_.path(), {"data", "preview", "--data-dir", "toy", "--images", "2", "--views", "3",
                           "--augment.size", GetParam().size});
#ifdef STL10_WITH_OPENCV
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string png =
      read_file(folder_ / "preview.png");  // its width: four views, two gaps each
  const auto byte = [&](size_t i) { return static_cast<int>(static_cast<uint8_t>(png[i])); };
  EXPECT_EQ(byte(18) * 256 + byte(19), 4 * (std::stoi(GetParam().size) + 4));
#else
  expect_refusal(outcome, folder_.path(), 2, {"OpenCV"});
#endif
}

TEST_P(EncodersE2e, IsMeasured) {
  const Words flags = GetParam().encoder + Words{"--data-dir",       "toy",
                                                 "--batch-size",     "4",
                                                 "--warmup-steps",   "1",
                                                 "--measured-steps", "2",
                                                 "--json",           "--augment.size",
                                                 GetParam().size};
  const Json measured = parse_json(
      done(Words{"bench", "--config", STL10_SOURCE_DIR "/configs/baseline.json"} + flags).out, "");
  EXPECT_GT(measured["step"]["images_per_second"], 0);
  EXPECT_GT(measured["forward"]["gflops"], 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, EncodersE2e,
                         ::testing::Values(EncoderFlags{"resnet_at_64", kResnet, "64"},
                                           EncoderFlags{"early_pool_at_64", kEarlyPool, "64"},
                                           EncoderFlags{"resnet_at_101", kResnet, "101"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

class WrongEncoderE2e : public ::testing::Test {
 protected:
  void refused(const Words& words, const Words& parts) {
    expect_refusal(run(folder_.path(), words), folder_.path(), 2, parts);
  }
  ToyFolder folder_;
};

TEST_F(WrongEncoderE2e, WhatDoesNotFitIsRefusedInOneLine) {
  const auto supervised = [&](const Words& flags, const Words& parts) {
    refused(quick_run("out") + flags, parts);
  };
  supervised({"--encoder.widths", "[8,8,8]"}, {"`encoder.widths`", "a list of 4", "a list of 3"});
  supervised({"--encoder.strides", "2,2,2"}, {"`encoder.strides`", "a list of 3"});
  supervised({"--encoder.pools", "[5]"}, {"encoder.pools", "5"});
  supervised({"--encoder.pools", "1"}, {"encoder.pools", "true|false|[integer"});
  supervised({"--encoder.padding", "valid", "--encoder.pools", "true", "--augment.size", "32"},
             {"maps vanish", "32→15→7"});
  supervised({"--augment.size", "31"}, {"augment.size", "[32, 224]"});
  supervised({"--encoder.kind", "resnet", "--encoder.blocks", "[1]"}, {"two to four", "found 1"});
  supervised({"--encoder.kind", "resnet", "--encoder.strides", "1"}, {"--encoder.kind conv4"});
  supervised({"--encoder.stem", "small"}, {"--encoder.kind resnet"});
  supervised({"--encoder.kind", "resnext"}, {"encoder.kind", "conv4, resnet"});
  refused(quick_simclr("out") + Words{"--encoder.kind", "resnet", "--tap", "dense"},
          {"no tap `dense`", "pooled, flat, layers or quadrants"});
  refused(quick_simclr("out") + Words{"--contrastive.size", "64", "--classification.size", "48"},
          {"`classification.size`", "expected 64, found 48"});
}

TEST_F(WrongEncoderE2e, ACheckpointOfAnotherKindOrSizeIsRefused) {
  const Words resnet = kResnet + Words{"--augment.size", "64"};
  ASSERT_EQ(run(folder_.path(), quick_run("residual") + resnet).exit_code, 0);
  refused(quick_run("out") + Words{"--checkpoint", "residual"}, {"residual"});
  refused({"finetune", "--data-dir", "toy", "--checkpoint", "residual", "--augment.size", "96",
           "--output", "out"},
          {"`augment.size`", "expected 64, found 96"});
  refused({"linear-probe", "--data-dir", "toy", "--checkpoint", "residual", "--tap", "dense",
           "--output", "out"},
          {"without the tap dense", "--tap pooled, flat, layers or quadrants"});
  refused({"linear-probe", "--data-dir", "toy", "--checkpoint", "residual", "--whiten", "500",
           "--output", "out"},
          {"--whiten", "at most 16", "found 500"});
}

}  // namespace
}  // namespace stl10
