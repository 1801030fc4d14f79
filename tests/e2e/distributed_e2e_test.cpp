#include <csignal>
#include <cstdlib>

#include "e2e/processes.h"
#include "e2e/run_files.h"
#include "golden.h"
#include "stl10/base/safetensors.h"

namespace stl10 {
namespace {

using testing::Call;
using testing::expect_equal_weights;
using testing::in_processes;
using testing::json_of;
using testing::Outcome;
using testing::run;
using testing::ten_steps;
using testing::ToyFolder;
using testing::Words;
using testing::operator+;

const Words kSgd = {"--optimizer.kind", "sgd", "--learning-rate", "0.02"};

double weight_distance(const std::filesystem::path& one, const std::filesystem::path& other) {
  const auto a = load_safetensors(one / "last.safetensors"),
             b = load_safetensors(other / "last.safetensors");
  double worst = 0;
  for (const auto& [name, tensor] : a.tensors) {
    if (!name.starts_with("encoder.") && !name.starts_with("head.")) continue;
    worst = std::max(worst, testing::distance(tensor, b.tensors.at(name)));
  }
  return worst;
}

TEST(DistributedE2e, SeveralProcessesGiveOnesWeights) {
  const ToyFolder folder;
  ASSERT_EQ(run(folder.path(), ten_steps("one") + kSgd).exit_code, 0);
  for (const int count : {2, 3, 4}) {
    const std::string output = "of-" + std::to_string(count);
    const Outcome outcome = run(folder.path(), in_processes(count, ten_steps(output) + kSgd));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_LT(weight_distance(folder / "one", folder / output), 1e-5) << count;
    EXPECT_EQ(json_of(folder / output / "config.json"), json_of(folder / "one/config.json"));
    const Json one = json_of(folder / "one/summary.json"),
               several = json_of(folder / output / "summary.json");
    for (const char* part : {"train", "validation", "test"}) {
      EXPECT_NEAR(one[part]["loss"].get<double>(), several[part]["loss"].get<double>(), 1e-5);
      EXPECT_EQ(one[part]["count"], several[part]["count"]);
    }
  }
}

TEST(DistributedE2e, AdamsLossesAreOnesAndARepeatedRunHasTheSameBits) {
  const ToyFolder folder;
  ASSERT_EQ(run(folder.path(), ten_steps("one")).exit_code, 0);
  for (const char* output : {"first", "second"}) {
    ASSERT_EQ(run(folder.path(), in_processes(3, ten_steps(output))).exit_code, 0);
  }
  expect_equal_weights(folder / "first/last.safetensors", folder / "second/last.safetensors");
  EXPECT_NEAR(json_of(folder / "one/summary.json")["train"]["loss"].get<double>(),
              json_of(folder / "first/summary.json")["train"]["loss"].get<double>(), 1e-4);
}

TEST(DistributedE2e, AStepMayHaveFewerImagesThanProcesses) {
  const ToyFolder folder;
  const Words few = kSgd + Words{"--batch-size", "2"};
  ASSERT_EQ(run(folder.path(), ten_steps("one") + few).exit_code, 0);
  const Outcome outcome = run(folder.path(), in_processes(3, ten_steps("three") + few));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_LT(weight_distance(folder / "one", folder / "three"), 1e-5);
}

TEST(DistributedE2e, FinetuneGivesOnesWeights) {
  const ToyFolder folder;
  ASSERT_EQ(run(folder.path(), ten_steps("encoder")).exit_code, 0);
  const auto finetune = [](const std::string& output) {
    return Words{"finetune", "--checkpoint", "encoder", "--data-dir",        "toy", "--output",
                 output,     "--epochs",     "2",       "--steps-per-epoch", "5",   "--batch-size",
                 "15",       "--precision",  "fp32",    "--threads",         "1",   "--no-floors",
                 "true"} +
           kSgd;
  };
  ASSERT_EQ(run(folder.path(), finetune("one")).exit_code, 0);
  const Outcome outcome = run(folder.path(), in_processes(2, finetune("two")));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_LT(weight_distance(folder / "one", folder / "two"), 1e-5);
}

TEST(DistributedE2e, ARunGoesOnInAnotherNumberOfProcesses) {
  const ToyFolder folder;
  const Words long_run = kSgd + Words{"--epochs", "6", "--steps-per-epoch", "40"};
  ASSERT_EQ(run(folder.path(), ten_steps("whole") + long_run).exit_code, 0);
  const auto interrupted = [&](const Words& words) {
    const std::string before = std::filesystem::exists(folder / "parts/metrics.jsonl")
                                   ? read_file(folder / "parts/metrics.jsonl")
                                   : "";
    Call call(folder.path(), words);
    call.wait_until([&] {
      return std::filesystem::exists(folder / "parts/last.safetensors") &&
             read_file(folder / "parts/metrics.jsonl") != before;
    });
    call.send(SIGTERM);
    return call.finish();
  };
  Outcome outcome = interrupted(in_processes(2, ten_steps("parts") + long_run));
  ASSERT_EQ(outcome.exit_code, 143) << outcome.err;
  EXPECT_NE(outcome.err.find("everything is saved"), std::string::npos) << outcome.err;
  outcome = interrupted({"supervised", "--resume", "parts"});
  ASSERT_TRUE(outcome.exit_code == 143 || outcome.exit_code == 0) << outcome.err;
  outcome = run(folder.path(), in_processes(3, {"supervised", "--resume", "parts"}));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_LT(weight_distance(folder / "whole", folder / "parts"), 1e-4);
}

TEST(DistributedE2e, TwoMachinesTrainAsOne) {
  const std::string command =
      std::string(STL10_SOURCE_DIR) + "/scripts/two_machines.sh " STL10_PROGRAM " >/dev/null 2>&1";
  constexpr int kSkipped = 77;
  const int status = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kSkipped) GTEST_SKIP() << "no network namespaces can be made here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace stl10
