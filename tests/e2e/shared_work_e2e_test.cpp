#include <csignal>

#include "e2e/processes.h"
#include "e2e/run_files.h"
#include "golden.h"
#include "stl10/base/safetensors.h"

/// Work whose images meet, in several processes.
namespace stl10 {
namespace {

using testing::Call;
using testing::expect_equal_weights;
using testing::expect_said;
using testing::in_processes;
using testing::json_of;
using testing::lines_of;
using testing::Outcome;
using testing::pretraining;
using testing::process;
using testing::run;
using testing::some_port;
using testing::ToyFolder;
using testing::Words;
using testing::operator+;

/// The largest difference of weights and statistics.
double state_distance(const std::filesystem::path& one, const std::filesystem::path& other) {
  const auto a = load_safetensors(one / "last.safetensors"),
             b = load_safetensors(other / "last.safetensors");
  double worst = 0;
  for (const auto& [name, tensor] : a.tensors) {
    if (name.starts_with("optimizer.") || !at::isFloatingType(tensor.scalar_type())) continue;
    worst = std::max(worst, testing::distance(tensor, b.tensors.at(name)));
  }
  return worst;
}

void expect_success(const Outcome& outcome) { ASSERT_EQ(outcome.exit_code, 0) << outcome.err; }

class SharedMethodE2e : public ::testing::TestWithParam<Words> {};

TEST_P(SharedMethodE2e, SeveralProcessesGiveOnesWeights) {
  const ToyFolder folder;
  const Words& words = GetParam();
  const auto trained = [&](const std::string& output, int processes) {
    const Words job = pretraining(words[0], output) + Words(words.begin() + 1, words.end());
    expect_success(run(folder.path(), processes == 1 ? job : in_processes(processes, job)));
  };
  trained("one", 1);
  trained("two", 2);
  trained("three", 3);
  trained("again", 3);
  EXPECT_LT(state_distance(folder / "one", folder / "two"), 1e-5);
  EXPECT_LT(state_distance(folder / "one", folder / "three"), 1e-5);
  expect_equal_weights(folder / "three/last.safetensors", folder / "again/last.safetensors");
  EXPECT_EQ(json_of(folder / "three/environment.json")["processes"], 3);
  const Json one = json_of(folder / "one/summary.json"),
             three = json_of(folder / "three/summary.json");
  EXPECT_NEAR(one["contrastive"]["loss"].get<double>(), three["contrastive"]["loss"].get<double>(),
              1e-4);
  EXPECT_EQ(one["contrastive"]["count"], three["contrastive"]["count"]);
  EXPECT_EQ(one["probe"]["train"]["count"], three["probe"]["train"]["count"]);
}

INSTANTIATE_TEST_SUITE_P(
    All, SharedMethodE2e,
    ::testing::Values(Words{"simclr", "--nt-xent", "cross-view"},
                      Words{"simclr", "--nt-xent", "full", "--encoder.batch-norm", "false",
                            "--projection.batch-norm", "false"},
                      Words{"byol"}, Words{"moco"}, Words{"barlow-twins"}, Words{"dino"}),
    [](const auto& one) {
      std::string name = one.param[0] + (one.param.size() > 3 ? "_without_norm" : "");
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(SharedWorkE2e, PretrainingGoesOnInAnotherNumberOfProcesses) {
  const ToyFolder folder;
  const Words long_run = {"--epochs", "6", "--steps-per-epoch", "10"};
  const Words whole = pretraining("simclr", "whole") + long_run;
  expect_success(run(folder.path(), in_processes(2, whole)));
  Call call(folder.path(), in_processes(2, pretraining("simclr", "parts") + long_run));
  call.wait_until([&] { return std::filesystem::exists(folder / "parts/last.safetensors"); });
  call.send(SIGTERM);
  expect_said(call.finish(), 143, "everything is saved");
  Call alone(folder.path(), {"simclr-pretrain", "--resume", "parts"});
  const size_t before = lines_of(folder / "parts/metrics.jsonl").size();
  alone.wait_until([&] { return lines_of(folder / "parts/metrics.jsonl").size() > before; });
  alone.send(SIGTERM);
  const Outcome second = alone.finish();
  ASSERT_TRUE(second.exit_code == 143 || second.exit_code == 0) << second.err;
  expect_success(run(folder.path(), in_processes(3, {"simclr-pretrain", "--resume", "parts"})));
  EXPECT_LT(state_distance(folder / "whole", folder / "parts"), 1e-3);
}

double prediction_distance(const std::filesystem::path& one, const std::filesystem::path& other) {
  const std::vector<std::string> a = lines_of(one / "predictions.csv"),
                                 b = lines_of(other / "predictions.csv");
  EXPECT_EQ(a.size(), b.size());
  double worst = 0;
  for (size_t i = 1; i < std::min(a.size(), b.size()); ++i) {
    std::istringstream left(a[i]), right(b[i]);
    std::string x, y;
    for (int column = 0; std::getline(left, x, ',') && std::getline(right, y, ','); ++column) {
      if (column < 4) {
        EXPECT_EQ(x, y);  // split, index, label, predicted
      } else {
        worst = std::max(worst, std::abs(std::stod(x) - std::stod(y)));
      }
    }
  }
  return worst;
}

TEST(SharedWorkE2e, ProbeFinetuningAndJudgementFindTheSameInThreeProcesses) {
  const ToyFolder folder;
  expect_success(run(folder.path(), pretraining("simclr", "pre")));
  const auto in_one_and_three = [&](const std::string& name, const Words& words) {
    const Words all = words + Words{"--data-dir", "toy", "--precision", "fp32", "--threads", "1"};
    expect_success(run(folder.path(), all + Words{"--output", name + "1"}));
    expect_success(run(folder.path(), in_processes(3, all + Words{"--output", name + "3"})));
    EXPECT_LT(prediction_distance(folder / (name + "1"), folder / (name + "3")), 1e-6) << name;
    const Json one = json_of(folder / (name + "1/summary.json")),
               three = json_of(folder / (name + "3/summary.json"));
    for (const char* chosen : {"l2", "learning_rate", "k", "alpha"}) {
      EXPECT_EQ(one.value(chosen, Json()), three.value(chosen, Json())) << name << " " << chosen;
    }
    EXPECT_EQ(one["test"]["accuracy"], three["test"]["accuracy"]) << name;
  };
  in_one_and_three("probe", {"linear-probe", "--checkpoint", "pre"});
  in_one_and_three("tuned", {"finetune", "--checkpoint", "pre", "--learning-rates", "1e-4,1e-3",
                             "--epochs", "1", "--steps-per-epoch", "5", "--head-start", "new"});
  in_one_and_three("spread", {"label-spread", "--checkpoint", "pre"});
  in_one_and_three("judged", {"eval", "probe1", "--features", "--assumptions"});
  const auto a = load_safetensors(folder / "judged1/features.safetensors"),
             b = load_safetensors(folder / "judged3/features.safetensors");
  EXPECT_LT(testing::relative_distance(b.tensors.at("features"), a.tensors.at("features")), 1e-6);
  EXPECT_TRUE(at::equal(a.tensors.at("indices"), b.tensors.at("indices")));
  EXPECT_EQ(json_of(folder / "judged1/summary.json")["assumptions"],
            json_of(folder / "judged3/summary.json")["assumptions"]);
}

/// A command that takes some seconds, and a file that says that its work has begun.
struct LongWork {
  std::string name;
  Words words;
  std::string begun;
};

class SharedFaultsE2e : public ::testing::TestWithParam<LongWork> {
 protected:
  SharedFaultsE2e() {
    expect_success(run(folder_.path(), pretraining("simclr", "pre")));
    expect_success(run(folder_.path(), {"data", "toy", "--output", "large", "--train", "4000",
                                        "--test", "2000", "--unlabeled", "10"}));
  }
  /// Rank 0's outcome where `signal` meets rank 1 while both work.
  Outcome outcome_of(int signal, const Words& bounds) {
    const int port = some_port();
    const Words words = GetParam().words + bounds;
    Call first = process(folder_.path(), 0, 2, port, words);
    Call second = process(folder_.path(), 1, 2, port, words);
    first.wait_until([&] { return std::filesystem::exists(folder_ / GetParam().begun); });
    second.send(signal);
    const Outcome outcome = first.finish();
    second.send(SIGKILL);
    second.finish();
    return outcome;
  }
  ToyFolder folder_;
};

TEST_P(SharedFaultsE2e, AKilledOrStoppedProcessEndsTheOther) {
  expect_said(outcome_of(SIGKILL, {}), 1, "a process of the group has ended");
  std::filesystem::remove_all(folder_ / "out");
  expect_said(outcome_of(SIGSTOP, {"--exchange-seconds", "2"}), 1, "lets the others wait");
  EXPECT_EQ(json_of(folder_ / "out/summary.json")["status"], "failed");
}

INSTANTIATE_TEST_SUITE_P(
    All, SharedFaultsE2e,
    ::testing::Values(LongWork{"Pretraining",
                               pretraining("simclr", "out") +
                                   Words{"--epochs", "1000", "--overwrite"},
                               "out/last.safetensors"},
                      LongWork{"Probe",
                               {"linear-probe", "--checkpoint", "pre", "--data-dir", "large",
                                "--output", "out", "--overwrite", "--threads", "1"},
                               "out/log.txt"},
                      LongWork{"Judging",
                               {"eval", "--checkpoint", "pre", "--data-dir", "large", "--output",
                                "out", "--overwrite", "--features", "--threads", "1"},
                               "out/log.txt"}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace stl10
