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
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

class FinetuneE2e : public ::testing::Test {
 protected:
  FinetuneE2e() {
    const Outcome outcome = run(folder_.path(), quick_simclr("pre"));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  static Words finetune(const std::string& output) {
    return {"finetune",    "--data-dir", "toy",      "--threads", "1",
            "--precision", "fp32",       "--epochs", "2",         "--batch-size",
            "10",          "--output",   output};
  }

  ToyFolder folder_;
};

TEST_F(FinetuneE2e, TheRunFolderHoldsWhatTheContractNames) {
  const Outcome outcome = run(folder_.path(), finetune("out"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("encoder of pre/last.safetensors"), std::string::npos) << outcome.err;
  const Json summary = json_of(folder_ / "out/summary.json");
  EXPECT_EQ(summary["command"], "finetune");
  EXPECT_EQ(summary["status"], "done");
  EXPECT_EQ(summary["parent"], "pre");
  EXPECT_EQ(summary["epochs"], 2);
  EXPECT_EQ(summary["train"]["count"], 50);
  EXPECT_EQ(summary["validation"]["count"], 10);
  EXPECT_EQ(summary["test"]["count"], 40);
  EXPECT_TRUE(summary["l2"].is_null());
  EXPECT_EQ(summary["tap"], "flat");
  EXPECT_EQ(summary["knn"]["k"], 20);
  EXPECT_EQ(summary["knn_200"]["k"], 50);
  EXPECT_EQ(summary["floors"].size(), 3u);
  EXPECT_EQ(summary["best"]["selected_by"], "held-out accuracy");
  EXPECT_EQ(lines_of(folder_ / "out/metrics.jsonl").size(), 2u);
  EXPECT_EQ(lines_of(folder_ / "out/predictions.csv").size(), 51u);
  EXPECT_EQ(run(folder_.path(), {"linear-probe", "--data-dir", "toy", "--checkpoint", "out",
                                 "--no-floors", "--output", "probe"})
                .exit_code,
            0);
}

TEST_F(FinetuneE2e, ResumedItGoesOnToTheBitWithoutItsParent) {
  const Words more = {"--epochs", "30", "--freeze-epochs", "2", "--no-floors"};
  ASSERT_EQ(run(folder_.path(), finetune("straight") + more).exit_code, 0);
  Call call(folder_.path(), finetune("killed") + more);
  call.wait_until([&] {
    const auto metrics = folder_ / "killed/metrics.jsonl";
    return std::filesystem::exists(metrics) && lines_of(metrics).size() >= 3;
  });
  call.send(SIGKILL);
  call.finish();
  std::filesystem::remove_all(folder_ / "pre");
  const Outcome resumed = run(folder_.path(), {"finetune", "--resume", "killed"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(results_of(folder_ / "straight"), results_of(folder_ / "killed"));
  expect_equal_weights(folder_ / "straight/last.safetensors", folder_ / "killed/last.safetensors");
  EXPECT_EQ(json_of(folder_ / "straight/summary.json")["test"],
            json_of(folder_ / "killed/summary.json")["test"]);
}

TEST_F(FinetuneE2e, TheChosenRateIsNotedAndReported) {
  const Outcome outcome =
      run(folder_.path(), finetune("out") + Words{"--learning-rates", "1e-4,1e-2", "--no-floors"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = json_of(folder_ / "out/summary.json");
  EXPECT_EQ(summary["choice"]["option"], "learning_rate");
  EXPECT_EQ(summary["choice"]["path"].size(), 2u);
  EXPECT_EQ(summary["learning_rate"], json_of(folder_ / "out/config.json")["learning_rate"]);
  EXPECT_NE(outcome.out.find("chosen by accuracy in cross-validation"), std::string::npos);
}

TEST_F(FinetuneE2e, AResumedRunRemembersWhatWasChosen) {
  const Words more = {"--learning-rates", "1e-4,1e30,1e-2", "--no-floors"};
  const Outcome whole = run(folder_.path(), finetune("out") + more);
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_NE(whole.err.find("1e+30: diverged"), std::string::npos) << whole.err;
  const Json before = json_of(folder_ / "out/summary.json");
  const Outcome resumed = run(folder_.path(), {"finetune", "--resume", "out"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  const Json after = json_of(folder_ / "out/summary.json");
  EXPECT_EQ(after["choice"], before["choice"]);
  EXPECT_EQ(after["learning_rate"], before["learning_rate"]);
  const std::string sentence = "chosen by accuracy in cross-validation among 3 values";
  EXPECT_NE(whole.out.find(sentence), std::string::npos);
  EXPECT_NE(resumed.out.find(sentence), std::string::npos) << resumed.out;
}

TEST_F(FinetuneE2e, WhereAllRatesDivergeNothingIsTrained) {
  const Outcome outcome =
      run(folder_.path(), finetune("out") + Words{"--learning-rates", "1e30,1e31", "--quiet"});
  testing::expect_refusal(outcome, folder_.path(), 3, {"each of the learning rates"});
}

TEST_F(FinetuneE2e, RandomInitIsSaidAndNeedsTheCheckpointsKindAlone) {
  const Outcome outcome =
      run(folder_.path(), finetune("out") + Words{"--random-init", "--no-floors"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("new weights in the kind of encoder"), std::string::npos);
  EXPECT_EQ(json_of(folder_ / "out/summary.json")["random_init"], true);
  EXPECT_EQ(outcome.out.find("began with the weights"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("of the kind in pre"), std::string::npos) << outcome.out;
}

TEST_F(FinetuneE2e, BadInputIsOneLineAndNothingIsWritten) {
  const auto expect_refused = [&](const Words& flags, int code, const std::string& part) {
    const Outcome outcome = run(folder_.path(), finetune("out") + flags);
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
  };
  expect_refused({"--checkpoint", "nowhere"}, 1, "nowhere");
  expect_refused({"--tap", "dense"}, 2, "--tap flat, pooled, layers or quadrants");
  expect_refused({"--head-start", "prob"}, 2, "probe");
  expect_refused({"--freeze-epochs", "-1"}, 2, "freeze_epochs");
  expect_refused({"--freeze-epochs", "3"}, 2, "--freeze-epochs goes beyond the run");
  expect_refused({"--freeze-epochs", "9000000000000000000"}, 2, "freeze_epochs");
  expect_refused({"--encoder-factor", "0"}, 2, "encoder_factor");
  expect_refused({"--learning-rates", "1e-3,0"}, 2, "learning_rates");
  expect_refused({"--labels-per-class", "1", "--validation", "none"}, 2, "--head-start new");
  expect_refused({"--labels-per-class", "99"}, 2, "--labels-per-class");
}

}  // namespace
}  // namespace stl10
