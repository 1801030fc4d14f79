#include <gtest/gtest.h>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

using testing::Call;
using testing::expect_equal_weights;
using testing::json_of;
using testing::lines_of;
using testing::Outcome;
using testing::quick_run;
using testing::results_of;
using testing::run;
using testing::TemporaryFolder;
using testing::ToyFolder;
using testing::operator+;

TEST(SupervisedE2e, TheSmokeConfigLearnsTheToyDataItMakes) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(folder.path(), {"supervised", "--config", STL10_SOURCE_DIR "/configs/smoke.json",
                          "--threads", "1", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = parse_json(outcome.out, "stdout");
  EXPECT_EQ(summary["status"], "done");
  EXPECT_GT(summary["test"]["accuracy"], 0.9);
  EXPECT_LT(summary["train"]["loss"], 0.5);
  EXPECT_EQ(json_of(folder / "runs/supervised/latest/summary.json"), summary);
}

TEST(SupervisedE2e, AWarmUpThatIsLongerThanTheRunIsSaid) {
  const ToyFolder folder;
  const auto said = [&](const std::string& epochs) {
    const Outcome outcome =
        run(folder.path(),
            quick_run("out" + epochs) + std::vector<std::string>{"--schedule.warmup-epochs", epochs,
                                                                 "--schedule.decay", "cosine"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.err.find("ends after 2 epochs, before the learning rate has warmed up") !=
           std::string::npos;
  };
  EXPECT_FALSE(said("2"));
  EXPECT_TRUE(said("3"));
}

TEST(SupervisedE2e, TheRunFolderHoldsWhatTheContractNames) {
  const ToyFolder folder;
  const Outcome outcome = run(folder.path(), quick_run("out"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = json_of(folder / "out/summary.json");
  EXPECT_EQ(summary["command"], "supervised");
  EXPECT_EQ(summary["status"], "done");
  EXPECT_EQ(summary["epochs"], 2);
  EXPECT_EQ(summary["train"]["count"], 60);
  EXPECT_EQ(summary["test"]["count"], 40);
  EXPECT_EQ(summary["validation"], summary["test"]);
  EXPECT_EQ(summary["best"]["selected_by"], "test accuracy");
  EXPECT_GT(summary["images_per_second"], 0);
  EXPECT_NE(outcome.out.find("validation images are the test images"), std::string::npos);
  EXPECT_EQ(lines_of(folder / "out/metrics.jsonl").size(), 2u);
  const std::vector<std::string> predictions = lines_of(folder / "out/predictions.csv");
  EXPECT_EQ(predictions.size(), 41u);
  EXPECT_EQ(predictions[0], "split,index,label,predicted,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9");
  const Json config = json_of(folder / "out/config.json");
  EXPECT_EQ(config["command"], "supervised");
  EXPECT_FALSE(config.contains("output"));
  EXPECT_FALSE(config.contains("resume"));
  const Json environment = json_of(folder / "out/environment.json");
  for (const char* key :
       {"version", "libtorch", "device", "precision", "threads", "instruction_set", "data"}) {
    EXPECT_TRUE(environment.contains(key)) << key;
  }
  for (const char* file : {"log.txt", "curves.svg", "best.safetensors", "last.safetensors"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / ("out/" + std::string(file)))) << file;
  }
  EXPECT_TRUE(std::filesystem::equivalent(folder / "runs/supervised/latest", folder / "out"));
}

TEST(SupervisedE2e, TheRunsOwnConfigRepeatsItToTheBit) {
  const ToyFolder folder;
  ASSERT_EQ(run(folder.path(), quick_run("one")).exit_code, 0);
  const Outcome again =
      run(folder.path(), {"supervised", "--output", "two", "--config", "one/config.json"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(results_of(folder / "one"), results_of(folder / "two"));
  EXPECT_EQ(read_file(folder / "one/config.json"), read_file(folder / "two/config.json"));
  EXPECT_EQ(read_file(folder / "one/predictions.csv"), read_file(folder / "two/predictions.csv"));
  expect_equal_weights(folder / "one/last.safetensors", folder / "two/last.safetensors");
}

TEST(SupervisedE2e, SeedsAndHeldOutImagesChangeTheRun) {
  const ToyFolder folder;
  ASSERT_EQ(run(folder.path(), quick_run("one")).exit_code, 0);
  ASSERT_EQ(
      run(folder.path(), quick_run("two") + std::vector<std::string>{"--seed", "1"}).exit_code, 0);
  EXPECT_NE(results_of(folder / "one"), results_of(folder / "two"));
  const Outcome held_out =
      run(folder.path(),
          quick_run("three") + std::vector<std::string>{"--validation", "holdout",
                                                        "--holdout-fraction", "0.5", "--json"});
  ASSERT_EQ(held_out.exit_code, 0) << held_out.err;
  const Json summary = parse_json(held_out.out, "stdout");
  EXPECT_EQ(summary["train"]["count"], 30);
  EXPECT_EQ(summary["validation"]["count"], 30);
  EXPECT_EQ(summary["test"]["count"], 40);
  EXPECT_EQ(summary["best"]["selected_by"], "held-out accuracy");
}

/// Interrupts a run with `signal` in its third epoch or later, resumes it, and compares.
void expect_exact_resume(int signal, int expected_code, const std::vector<std::string>& flags) {
  const ToyFolder folder;
  const std::vector<std::string> more =
      std::vector<std::string>{"--encoder.batch-norm", "true"} + flags;
  ASSERT_EQ(run(folder.path(), quick_run("straight") + more).exit_code, 0);
  Call call(folder.path(), quick_run("stopped") + more);
  call.wait_until([&] {
    const auto metrics = folder / "stopped/metrics.jsonl";
    return std::filesystem::exists(metrics) && lines_of(metrics).size() >= 3;
  });
  call.send(signal);
  const Outcome stopped = call.finish();
  ASSERT_EQ(stopped.exit_code, expected_code) << stopped.err;
  EXPECT_EQ(json_of(folder / "stopped/summary.json")["status"], "interrupted");
  EXPECT_FALSE(std::filesystem::equivalent(folder / "runs/supervised/latest", folder / "stopped"));
  const Outcome resumed = run(folder.path(), {"supervised", "--resume", "stopped"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(results_of(folder / "straight"), results_of(folder / "stopped"));
  expect_equal_weights(folder / "straight/last.safetensors", folder / "stopped/last.safetensors");
  expect_equal_weights(folder / "straight/best.safetensors", folder / "stopped/best.safetensors");
  EXPECT_EQ(read_file(folder / "straight/predictions.csv"),
            read_file(folder / "stopped/predictions.csv"));
}

TEST(SupervisedE2e, ResumedAfterControlCItGoesOnToTheBit) {
  expect_exact_resume(SIGINT, 130, {"--epochs", "40"});
}

TEST(SupervisedE2e, ResumedAfterTerminationItGoesOnToTheBit) {
  expect_exact_resume(SIGTERM, 143, {"--epochs", "40"});
}

TEST(SupervisedE2e, ResumedWithTwoThreadsAndFullWidthInTheMachinesPrecisionItGoesOnToTheBit) {
  expect_exact_resume(
      SIGTERM, 143, {"--epochs", "10", "--threads", "2", "--width", "128", "--precision", "auto"});
}

TEST(SupervisedE2e, NumbersAreTakenAsPeopleTypeThem) {
  const ToyFolder folder;
  const std::vector<std::string> flags = {"--learning-rate",
                                          ".002",
                                          "--label-smoothing",
                                          "1.e-3",
                                          "--seed",
                                          "007",
                                          "--epochs",
                                          "1",
                                          "--augment.crop-scale",
                                          ".5,1",
                                          "--output",
                                          "null",
                                          "--augment.crop-ratio",
                                          "[0.8 , 1.25]"};
  ASSERT_EQ(run(folder.path(), quick_run("x") + flags).exit_code, 0);
  const Json config = json_of(folder / "null/config.json");
  EXPECT_EQ(config["learning_rate"], 0.002);
  EXPECT_EQ(config["label_smoothing"], 0.001);
  EXPECT_EQ(config["seed"], 7);
  EXPECT_EQ(config["augment"]["crop_scale"], (std::vector<double>{0.5, 1}));
  EXPECT_EQ(config["augment"]["crop_ratio"], (std::vector<double>{0.8, 1.25}));
}

TEST(SupervisedE2e, ADivergingRunEndsWithThreeAndNamesItsStep) {
  const ToyFolder folder;
  const Outcome outcome =
      run(folder.path(), quick_run("out") + std::vector<std::string>{"--learning-rate", "1e30"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.err.find("diverged at epoch 1, step"), std::string::npos) << outcome.err;
  EXPECT_EQ(json_of(folder / "out/summary.json")["status"], "diverged");
}

}  // namespace
}  // namespace stl10
