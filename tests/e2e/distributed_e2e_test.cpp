#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <thread>

#include "e2e/program.h"
#include "e2e/run_files.h"
#include "golden.h"
#include "stl10/base/safetensors.h"

/// Several processes on this machine, as one.
namespace stl10 {
namespace {

using testing::Call;
using testing::expect_equal_weights;
using testing::json_of;
using testing::Outcome;
using testing::results_of;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

/// Ten steps of 15 images, without batch normalization.
Words ten_steps(const std::string& output) {
  return {"supervised", "--data-dir",
          "toy",        "--output",
          output,       "--epochs",
          "2",          "--steps-per-epoch",
          "5",          "--width",
          "8",          "--batch-size",
          "15",         "--encoder.batch-norm",
          "false",      "--validation",
          "holdout",    "--precision",
          "fp32",       "--threads",
          "1"};
}

Words in_processes(int count, const Words& words) {
  return Words{"launch", "--processes", std::to_string(count), "--"} + words;
}

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

/// One process of a group, as another launcher would start it.
Call process(const std::filesystem::path& folder, int rank, int size, int port,
             const Words& words) {
  const std::map<std::string, int> variables = {
      {"RANK", rank}, {"WORLD_SIZE", size}, {"LOCAL_WORLD_SIZE", size}, {"MASTER_PORT", port}};
  for (const auto& [name, value] : variables) {
    ::setenv(name.c_str(), std::to_string(value).c_str(), 1);
  }
  Call call(folder, words);
  for (const auto& [name, value] : variables) ::unsetenv(name.c_str());
  return call;
}

/// A port that nobody listens at, or, while `hold` is given, this process alone.
int some_port(int* hold = nullptr) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof(address);
  auto* const general = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(descriptor, general, size), 0);
  EXPECT_EQ(::getsockname(descriptor, general, &size), 0);
  if (hold == nullptr) {
    ::close(descriptor);
  } else {
    EXPECT_EQ(::listen(descriptor, 1), 0);
    *hold = descriptor;
  }
  return ::ntohs(address.sin_port);
}

void expect_said(const Outcome& outcome, int code, const std::string& text) {
  EXPECT_EQ(outcome.exit_code, code) << outcome.err;
  EXPECT_NE(outcome.err.find(text), std::string::npos) << text << " is not in: " << outcome.err;
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

TEST(DistributedE2e, AKilledProcessEndsTheOthersAndTheRunGoesOn) {
  const ToyFolder folder;
  const Words endless = {"--epochs", "1000", "--exchange-seconds", "20"};
  const int port = some_port();
  Call first = process(folder.path(), 0, 2, port, ten_steps("out") + endless);
  Call second = process(folder.path(), 1, 2, port, ten_steps("out") + endless);
  second.wait_until([&] { return std::filesystem::exists(folder / "out/last.safetensors"); });
  second.send(SIGKILL);
  second.finish();
  expect_said(first.finish(), 1, "a process of the group has ended");
  Call resumed(folder.path(), in_processes(2, {"supervised", "--resume", "out"}));
  const std::string before = read_file(folder / "out/metrics.jsonl");
  resumed.wait_until(
      [&] { return read_file(folder / "out/metrics.jsonl").size() > before.size(); });
  resumed.send(SIGINT);
  expect_said(resumed.finish(), 130, "everything is saved");
}

TEST(DistributedE2e, AProcessThatHangsIsToldOfInTime) {
  const ToyFolder folder;
  const Words endless = {"--epochs", "100000", "--exchange-seconds", "2"};
  const int port = some_port();
  Call second = process(folder.path(), 1, 2, port, ten_steps("out") + endless);
  Call first = process(folder.path(), 0, 2, port, ten_steps("out") + endless);
  second.wait_until([&] { return std::filesystem::exists(folder / "out/last.safetensors"); });
  second.send(SIGSTOP);
  const auto start = std::chrono::steady_clock::now();
  expect_said(first.finish(), 1, "lets the others wait");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  second.send(SIGKILL);
  second.finish();
}

TEST(DistributedE2e, ProcessesThatDoNotFitSaySo) {
  const ToyFolder folder;
  const Words words = ten_steps("out") + Words{"--join-seconds", "3"};
  const auto both = [&](int size, int other_size, const Words& more, int code,
                        const std::string& text) {
    const int port = some_port();
    Call first = process(folder.path(), 0, size, port, words);
    Call second = process(folder.path(), 1, other_size, port, words + more);
    const Outcome a = first.finish(), b = second.finish();
    expect_said(a, code, text);
    expect_said(b, code, text);
    EXPECT_EQ(a.error_lines() + b.error_lines(), 2u) << a.err << b.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "out"));
  };
  both(2, 3, {}, 2, "don't agree on how many they are");
  both(3, 3, {}, 1, "too few processes have come");
  both(2, 2, {"--learning-rate", "0.5"}, 2, "another `config/learning_rate` than rank 0");
}

TEST(DistributedE2e, ARankGivenTwiceIsRefused) {
  const ToyFolder folder;
  const Words words = ten_steps("out") + Words{"--join-seconds", "5"};
  const int port = some_port();
  Call first = process(folder.path(), 0, 3, port, words);
  Call second = process(folder.path(), 1, 3, port, words);
  Call third = process(folder.path(), 1, 3, port, words);
  for (Call* call : {&first, &second, &third}) {
    expect_said(call->finish(), 2, "a rank was given to two processes");
  }
}

TEST(DistributedE2e, WhatCannotMeetSaysWhy) {
  const ToyFolder folder;
  const Words words = ten_steps("out") + Words{"--join-seconds", "2"};
  expect_said(process(folder.path(), 1, 2, some_port(), words).finish(), 1, "nobody answers at");
  int held = -1;
  const int taken = some_port(&held);
  expect_said(process(folder.path(), 0, 2, taken, words).finish(), 1, "can't serve at");
  ::close(held);
  expect_said(process(folder.path(), 2, 2, 1, words).finish(), 2, "RANK below WORLD_SIZE");
  expect_said(run(folder.path(), in_processes(2, {"simclr-pretrain", "--data-dir", "toy"})), 2,
              "one process");
  expect_said(
      run(folder.path(), in_processes(2, ten_steps("out") + Words{"--encoder.batch-norm", "true"})),
      2, "batch normalization mixes the images");
  expect_said(run(folder.path(), {"launch", "--processes", "2"}), 2, "needs a command");
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(DistributedE2e, OneLineOfADivergedRunForAll) {
  const ToyFolder folder;
  const Outcome outcome =
      run(folder.path(),
          in_processes(2, ten_steps("out") + Words{"--optimizer.kind", "sgd", "--learning-rate",
                                                   "1e30", "--quiet"}));
  EXPECT_EQ(outcome.exit_code, 3) << outcome.err;
  EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
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

/// STL10_KILLS says how often; 50 take two minutes.
TEST(DistributedSlow, KilledAnywhereTheCheckpointIsWholeAndTheRunGoesOn) {
  const char* const kills = std::getenv("STL10_KILLS");
  if (kills == nullptr) GTEST_SKIP() << "STL10_KILLS names no number";
  const ToyFolder folder;
  const Words endless = {"--epochs", "100000"};
  const Words bounds = {"--join-seconds", "5", "--exchange-seconds", "5"};
  for (int kill = 0; kill < std::atoi(kills); ++kill) {
    const int port = some_port(), victim = kill % 3;
    const bool begun = std::filesystem::exists(folder / "out/last.safetensors");
    const Words start = begun ? Words{"supervised", "--resume", "out"} : ten_steps("out") + endless;
    const Words words = start + bounds;
    std::vector<Call> calls;
    for (int rank = 0; rank < 3; ++rank) {
      calls.push_back(process(folder.path(), rank, 3, port, words));
    }
    calls[0].wait_until([&] { return std::filesystem::exists(folder / "out/last.safetensors"); });
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + 97 * kill % 1500));
    calls[static_cast<size_t>(victim)].send(SIGKILL);
    for (int rank = 0; rank < 3; ++rank) {
      const Outcome outcome = calls[static_cast<size_t>(rank)].finish();
      EXPECT_EQ(outcome.exit_code, rank == victim ? 137 : 1) << outcome.err;
    }
    load_safetensors(folder / "out/last.safetensors");  // whole, or it throws
  }
  Call last(folder.path(), in_processes(2, {"supervised", "--resume", "out"}));
  std::this_thread::sleep_for(std::chrono::seconds(2));
  last.send(SIGTERM);
  expect_said(last.finish(), 143, "everything is saved");
}

}  // namespace
}  // namespace stl10
