#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "e2e/program.h"
#include "stl10/base/options_json.h"

/// Runs of the program that need something special: sanitizers, real photographs, a GPU.
namespace stl10 {
namespace {

using testing::Outcome;
using testing::quick_run;
using testing::quick_simclr;
using testing::run;
using testing::TemporaryFolder;
using testing::ToyFolder;
using testing::operator+;

TEST(TwoStepsAsan, Supervised) {
  const ToyFolder folder;
  const std::vector<std::string> two_steps = {
      "--epochs",         "1",      "--steps-per-epoch", "2", "--encoder.batch-norm", "true",
      "--augment.preset", "simclr", "--threads",         "2"};
  const Outcome outcome = run(folder.path(), quick_run("out") + two_steps);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const Outcome resumed = run(folder.path(), {"supervised", "--resume", "out"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
}

TEST(TwoStepsAsan, Simclr) {
  const ToyFolder folder;
  const std::vector<std::string> two_steps = {"--epochs", "1",         "--steps-per-epoch",
                                              "2",        "--threads", "2"};
  const std::vector<std::string> report = {
      "--nt-xent",         "cross-view", "--encoder.pools", "true", "--encoder.batch-norm", "false",
      "--encoder.padding", "same"};
  const Outcome outcome = run(folder.path(), quick_simclr("one") + two_steps);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const Outcome other = run(folder.path(), quick_simclr("two") + two_steps + report);
  EXPECT_EQ(other.exit_code, 0) << other.err;
  const Outcome resumed = run(folder.path(), {"simclr-pretrain", "--resume", "one"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
}

TEST(TwoStepsAsan, ProbeAndFinetune) {
  const ToyFolder folder;
  const std::vector<std::string> two_steps = {"--epochs", "2", "--steps-per-epoch", "1"};
  ASSERT_EQ(run(folder.path(), quick_simclr("pre") + two_steps).exit_code, 0);
  const std::vector<std::string> small = {"--data-dir", "toy", "--labels-per-class", "4"};
  for (const std::string optimizer : {"lbfgs", "sgd"}) {
    const Outcome probe = run(
        folder.path(),
        std::vector<std::string>{"linear-probe", "--optimizer", optimizer, "--output", optimizer} +
            small);
    EXPECT_EQ(probe.exit_code, 0) << probe.err;
  }
  const Outcome finetuned =
      run(folder.path(),
          std::vector<std::string>{"finetune", "--freeze-epochs", "1"} + small + two_steps);
  EXPECT_EQ(finetuned.exit_code, 0) << finetuned.err;
}

TEST(TwoStepsAsan, EvalAndLabelSpread) {
  const ToyFolder folder;
  const std::vector<std::string> one_step = {"--epochs", "1", "--steps-per-epoch", "1"};
  for (const std::string seed : {"0", "1"}) {
    ASSERT_EQ(
        run(folder.path(), quick_run(seed) + one_step + std::vector<std::string>{"--seed", seed})
            .exit_code,
        0);
  }
  const Outcome judged = run(folder.path(), {"eval", "0", "--data-dir", "toy", "--feature-images",
                                             "labeled", "--max-points", "70", "--output", "out"});
  EXPECT_EQ(judged.exit_code, 0) << judged.err;
  const Outcome spread = run(
      folder.path(), {"label-spread", "--checkpoint", "0", "--data-dir", "toy", "--output", "s"});
  EXPECT_EQ(spread.exit_code, 0) << spread.err;
  const Outcome alone = run(folder.path(), {"eval", "s"});
  EXPECT_EQ(alone.exit_code, 0) << alone.err;
  const Outcome compared = run(folder.path(), {"eval", "out", "1", "0", "s"});
  EXPECT_EQ(compared.exit_code, 0) << compared.err;
}

TEST(TwoStepsAsan, Preview) {
#ifndef STL10_WITH_OPENCV
  GTEST_SKIP() << "built without OpenCV";
#endif
  const ToyFolder folder;
  for (const std::string pairs : {"false", "true"}) {
    const std::string name = pairs + ".png";
    const Outcome outcome = run(folder.path(), {"data", "preview", "--data-dir", "toy", "--pairs",
                                                pairs, "--output", name});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(read_file(folder / name).substr(1, 3), "PNG");
  }
  EXPECT_NE(read_file(folder / "false.png"), read_file(folder / "true.png"));
  const Outcome odd = run(
      folder.path(), {"data", "preview", "--data-dir", "toy", "--pairs", "true", "--views", "3"});
  EXPECT_EQ(odd.exit_code, 2) << odd.err;
  EXPECT_NE(odd.err.find("an even number"), std::string::npos) << odd.err;
}

TEST(SupervisedPhotos, FourEpochsAreFarAboveChance) {
  const char* photos = std::getenv("STL10_REAL_DATA");
  if (photos == nullptr) GTEST_SKIP() << "STL10_REAL_DATA names no real photographs";
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), {"supervised", "--data-dir", photos, "--epochs", "4",
                                              "--threads", "1", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = parse_json(outcome.out, "stdout");
  EXPECT_GT(summary["test"]["accuracy"], 0.25);
  EXPECT_LT(summary["test"]["loss"], 2.1);
}

TEST(LinearProbePhotos, AnEncoderOfOneStepDoesntBeatItsFloors) {
  const char* photos = std::getenv("STL10_REAL_DATA");
  if (photos == nullptr) GTEST_SKIP() << "STL10_REAL_DATA names no real photographs";
  const TemporaryFolder folder;
  const std::vector<std::string> data = {"--data-dir", photos, "--threads", "1"};
  ASSERT_EQ(
      run(folder.path(), std::vector<std::string>({"supervised", "--epochs", "1",
                                                   "--steps-per-epoch", "1", "--output", "one"}) +
                             data)
          .exit_code,
      0);
  const Outcome outcome =
      run(folder.path(), std::vector<std::string>({"linear-probe", "--checkpoint", "one",
                                                   "--labels-per-class", "50", "--json"}) +
                             data);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = parse_json(outcome.out, "stdout");
  EXPECT_GT(summary["test"]["accuracy"], 0.15);
  EXPECT_NEAR(summary["floors"]["random_encoder"]["accuracy"].get<double>(),
              summary["test"]["accuracy"].get<double>(), 0.06);
  EXPECT_NE(outcome.err.find("don't clearly beat the floor pixels"), std::string::npos)
      << outcome.err;
}

/// The words of a short run that writes to a folder.
using QuickRun = std::vector<std::string> (*)(const std::string& output);

/// The loss of each epoch of a short run on `device`, in fp32.
std::vector<double> losses_on(const std::filesystem::path& folder, QuickRun quick,
                              const std::string& device) {
  const Outcome outcome = run(folder, quick(device) + std::vector<std::string>{"--device", device});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  std::istringstream lines(read_file(folder / device / "metrics.jsonl"));
  std::vector<double> losses;
  for (std::string line; std::getline(lines, line);) {
    losses.push_back(parse_json(line, "metrics.jsonl")["train"]["loss"]);
  }
  return losses;
}

class LossesGpu : public ::testing::TestWithParam<std::string> {};

TEST_P(LossesGpu, EqualTheCpus) {
  const ToyFolder folder;
  if (run(folder.path(), {"--version"}).out.find("CUDA none") != std::string::npos) {
    GTEST_SKIP() << "built without CUDA";
  }
  if (std::system("nvidia-smi > /dev/null 2>&1") != 0) GTEST_SKIP() << "no NVIDIA GPU here";
  const QuickRun quick = GetParam() == "supervised" ? quick_run : quick_simclr;
  const std::vector<double> cpu = losses_on(folder.path(), quick, "cpu");
  const std::vector<double> gpu = losses_on(folder.path(), quick, "cuda");
  ASSERT_EQ(cpu.size(), gpu.size());
  for (size_t i = 0; i < cpu.size(); ++i)
    EXPECT_NEAR(gpu[i], cpu[i], 0.01 * cpu[i]) << "epoch " << i;
}

/// A probe and a finetuned network of one encoder, on both devices.
TEST(ProbeGpu, EqualsTheCpus) {
  const ToyFolder folder;
  if (run(folder.path(), {"--version"}).out.find("CUDA none") != std::string::npos) {
    GTEST_SKIP() << "built without CUDA";
  }
  if (std::system("nvidia-smi > /dev/null 2>&1") != 0) GTEST_SKIP() << "no NVIDIA GPU here";
  ASSERT_EQ(run(folder.path(), quick_simclr("pre")).exit_code, 0);
  for (const std::string command : {"linear-probe", "finetune", "eval"}) {  // eval: of the last one
    std::vector<double> losses;
    for (const std::string device : {"cpu", "cuda"}) {
      const Outcome outcome = run(folder.path(), {command, "--data-dir", "toy", "--precision",
                                                  "fp32", "--device", device, "--json"});
      ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
      losses.push_back(parse_json(outcome.out, "stdout")["test"]["loss"]);
    }
    EXPECT_NEAR(losses[0], losses[1], 0.02 * losses[0]) << command;
  }
}

INSTANTIATE_TEST_SUITE_P(Commands, LossesGpu, ::testing::Values("supervised", "simclr-pretrain"));

}  // namespace
}  // namespace stl10
