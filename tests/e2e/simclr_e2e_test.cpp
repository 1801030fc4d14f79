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
using testing::quick_simclr;
using testing::results_of;
using testing::run;
using testing::TemporaryFolder;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

/// Trains for three epochs, then probes the newest run with nothing but --data-dir.
TEST(SimclrE2e, TheSmokeConfigLearnsFeaturesThatBeatEveryFloor) {
  const TemporaryFolder folder;
  const Outcome outcome = run(
      folder.path(), {"simclr-pretrain", "--config", STL10_SOURCE_DIR "/configs/smoke_simclr.json",
                      "--threads", "2", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = parse_json(outcome.out, "stdout");
  EXPECT_GT(summary["knn"]["accuracy"].get<double>(),
            summary["knn"]["random_encoder"].get<double>() + 0.1);
  EXPECT_EQ(json_of(folder / "runs/simclr-pretrain/latest/summary.json"), summary);
  EXPECT_EQ(outcome.err.find("warning"), std::string::npos) << outcome.err;
  const Outcome probed = run(folder.path(), {"linear-probe", "--data-dir", "data/toy", "--json"});
  ASSERT_EQ(probed.exit_code, 0) << probed.err;
  const Json probe = parse_json(probed.out, "stdout");
  for (const auto& [name, floor] : probe["floors"].items()) {
    EXPECT_GT(probe["test"]["accuracy"].get<double>(), floor["accuracy"].get<double>() + 0.1)
        << name;
    EXPECT_GT(floor["difference_interval"][0], 0) << name;
  }
  EXPECT_EQ(probed.err.find("warning"), std::string::npos) << probed.err;
}

TEST(SimclrE2e, TheRunFolderHoldsWhatTheContractNames) {
  const ToyFolder folder;
  const Outcome outcome = run(folder.path(), quick_simclr("out"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = json_of(folder / "out/summary.json");
  EXPECT_EQ(summary["command"], "simclr-pretrain");
  EXPECT_EQ(summary["status"], "done");
  for (const char* part : {"train", "validation", "test"}) EXPECT_TRUE(summary[part].is_null());
  EXPECT_EQ(summary["contrastive"]["candidates"], 31);
  EXPECT_EQ(summary["unlabeled"]["count"], 20);
  EXPECT_EQ(summary["unlabeled"]["copies_of_test"], 0);
  EXPECT_GT(summary["contrastive"]["loss"], 0);
  EXPECT_LE(summary["contrastive"]["accuracy"], 1);
  EXPECT_EQ(summary["probe"]["train"]["count"], 50);
  EXPECT_EQ(summary["probe"]["validation"]["count"], 10);
  EXPECT_EQ(summary["knn"]["k"], 20);
  EXPECT_EQ(summary["knn"]["temperature"], 0.07);
  EXPECT_EQ(summary["best"]["selected_by"], "held-out knn accuracy");
  EXPECT_GE(summary["best"]["accuracy"], summary["knn"]["accuracy"]);
  const std::vector<std::string> lines = lines_of(folder / "out/metrics.jsonl");
  ASSERT_EQ(lines.size(), 2u);
  const Json line = parse_json(lines[1], "metrics.jsonl");
  EXPECT_EQ(line["contrastive_candidates"], 31);
  EXPECT_EQ(line["contrastive_chance"], 1.0 / 31);
  EXPECT_EQ(line["correlation_chance"], 1.0 / 128);  // a flat map of 4 × 4
  EXPECT_EQ(line["effective_rank_limit"], 60);
  EXPECT_TRUE(line["random_encoder_knn_accuracy"].is_number());
  for (const char* metric : {"loss", "contrastive_accuracy", "correlation_accuracy", "probe_loss",
                             "probe_accuracy", "alignment", "uniformity"}) {
    EXPECT_TRUE(line["train"][metric].is_number()) << metric;
  }
  for (const char* metric : {"probe_loss", "probe_accuracy", "knn_accuracy"}) {
    EXPECT_TRUE(line["validation"][metric].is_number()) << metric;
  }
  for (const char* metric : {"effective_rank", "smallest_deviation", "mean_deviation"}) {
    EXPECT_TRUE(line["features"][metric].is_number()) << metric;
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "out/predictions.csv"));
  EXPECT_NE(outcome.out.find("kNN"), std::string::npos) << outcome.out;
}

/// Interrupts a run in its third epoch or later, resumes it, and compares.
TEST(SimclrE2e, ResumedWithTwoThreadsAndBatchNormalizationItGoesOnToTheBit) {
  const ToyFolder folder;
  const Words more = {"--epochs", "20", "--threads", "2", "--width", "16"};
  ASSERT_EQ(run(folder.path(), quick_simclr("straight") + more).exit_code, 0);
  for (const bool in_epoch : {true, false}) {
    const std::string name = in_epoch ? "interrupted" : "killed";
    Call call(folder.path(), quick_simclr(name) + more);
    call.wait_until([&] {
      const auto metrics = folder / (name + "/metrics.jsonl");
      return std::filesystem::exists(metrics) && lines_of(metrics).size() >= 3;
    });
    call.send(in_epoch ? SIGTERM : SIGKILL);
    EXPECT_EQ(call.finish().exit_code, in_epoch ? 143 : 128 + SIGKILL);
    const Outcome resumed = run(folder.path(), {"simclr-pretrain", "--resume", name});
    ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_EQ(results_of(folder / "straight"), results_of(folder / name));
    for (const char* file : {"/last.safetensors", "/best.safetensors"}) {
      expect_equal_weights(folder / ("straight" + std::string(file)), folder / (name + file));
    }
    EXPECT_EQ(json_of(folder / "straight/summary.json")["contrastive"],
              json_of(folder / (name + "/summary.json"))["contrastive"]);
  }
}

TEST(SimclrE2e, ANewRunStartsFromAnothersWeights) {
  const ToyFolder folder;
  ASSERT_EQ(run(folder.path(), quick_simclr("one")).exit_code, 0);
  const Outcome again = run(folder.path(), quick_simclr("two") + Words{"--checkpoint", "one"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const auto first_loss = [&](const std::string& name) {
    const Json line =
        parse_json(lines_of(folder / (name + "/metrics.jsonl")).at(0), "metrics.jsonl");
    return line["train"]["loss"].get<double>();
  };
  EXPECT_LT(first_loss("two"), first_loss("one"));
  EXPECT_EQ(json_of(folder / "two/summary.json")["parent"], "one");
}

TEST(SimclrE2e, BadInputIsOneLineAndNothingIsWritten) {
  const ToyFolder folder;
  const auto expect_refused = [&](const Words& flags, int code, const std::string& part) {
    const Outcome outcome = run(folder.path(), quick_simclr("out") + flags);
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "out"));
  };
  expect_refused({"--temperature", "0"}, 2, "temperature");
  expect_refused({"--nt-xent", "ful"}, 2, "full");
  expect_refused({"--tap", "dense"}, 2, "--tap flat");
  expect_refused({"--batch-size", "1", "--unlabeled-batch-size", "0"}, 2, "tell apart");
  expect_refused({"--config", STL10_SOURCE_DIR "/configs/smoke.json"}, 2, "another command");
  expect_refused({"--validation", "test", "--holdout-fraction", "0"}, 2, "holdout_fraction");
  std::filesystem::remove(folder / "toy/unlabeled_X.bin");
  expect_refused({}, 1, "unlabeled_X.bin");
  EXPECT_EQ(
      run(folder.path(), quick_simclr("out") + Words{"--unlabeled-batch-size", "0"}).exit_code, 0)
      << "labeled images alone need no others";
}

TEST(SimclrE2e, ADivergingRunEndsWithThree) {
  const ToyFolder folder;
  const Outcome outcome =
      run(folder.path(), quick_simclr("out") + Words{"--learning-rate", "1e30"});
  EXPECT_EQ(outcome.exit_code, 3) << outcome.err;
  EXPECT_EQ(json_of(folder / "out/summary.json")["status"], "diverged");
}

}  // namespace
}  // namespace stl10
