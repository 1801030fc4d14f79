#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "e2e/processes.h"
#include "e2e/run_files.h"
#include "stl10/base/safetensors.h"

/// What goes wrong between processes.
namespace stl10 {
namespace {

using testing::Call;
using testing::expect_said;
using testing::in_processes;
using testing::Outcome;
using testing::pretraining;
using testing::process;
using testing::run;
using testing::some_port;
using testing::ten_steps;
using testing::ToyFolder;
using testing::Words;
using testing::operator+;

TEST(GroupFaultsE2e, AKilledProcessEndsTheOthersAndTheRunGoesOn) {
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

TEST(GroupFaultsE2e, AProcessThatHangsIsToldOfInTime) {
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

TEST(GroupFaultsE2e, ProcessesThatDoNotFitSaySo) {
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

TEST(GroupFaultsE2e, ARankGivenTwiceIsRefused) {
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

TEST(GroupFaultsE2e, WhatCannotMeetSaysWhy) {
  const ToyFolder folder;
  const Words words = ten_steps("out") + Words{"--join-seconds", "2"};
  expect_said(process(folder.path(), 1, 2, some_port(), words).finish(), 1, "nobody answers at");
  int held = -1;
  const int taken = some_port(&held);
  expect_said(process(folder.path(), 0, 2, taken, words).finish(), 1, "can't serve at");
  ::close(held);
  expect_said(process(folder.path(), 2, 2, 1, words).finish(), 2, "RANK below WORLD_SIZE");
  expect_said(run(folder.path(), in_processes(2, {"data", "toy", "--output", "out"})), 2,
              "data toy runs in one process");
  expect_said(run(folder.path(), {"launch", "--processes", "2"}), 2, "needs a command");
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(GroupFaultsE2e, OneLineOfADivergedRunForAll) {
  const ToyFolder folder;
  const Outcome outcome =
      run(folder.path(),
          in_processes(2, ten_steps("out") + Words{"--optimizer.kind", "sgd", "--learning-rate",
                                                   "1e30", "--quiet"}));
  EXPECT_EQ(outcome.exit_code, 3) << outcome.err;
  EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
}

/// A command whose epochs are short, so that it is killed anywhere: in a step and its exchanges, in
/// judging and in saving.
class GroupFaultsSlow : public ::testing::TestWithParam<Words> {};

TEST_P(GroupFaultsSlow, KilledAnywhereTheCheckpointIsWholeAndTheRunGoesOn) {
  const char* const kills = std::getenv("STL10_KILLS");
  if (kills == nullptr) GTEST_SKIP() << "STL10_KILLS names no number";
  const ToyFolder folder;
  const std::string& command = GetParam().front();
  const Words bounds = {"--join-seconds", "5", "--exchange-seconds", "5"};
  for (int kill = 0; kill < std::atoi(kills); ++kill) {
    const int port = some_port(), victim = kill % 3;
    const int signal = kill % 5 == 4 ? SIGSTOP : SIGKILL;
    const bool begun = std::filesystem::exists(folder / "out/last.safetensors");
    const Words words = (begun ? Words{command, "--resume", "out"} : GetParam()) + bounds;
    std::vector<Call> calls;
    for (int rank = 0; rank < 3; ++rank) {
      calls.push_back(process(folder.path(), rank, 3, port, words));
    }
    calls[0].wait_until([&] { return std::filesystem::exists(folder / "out/last.safetensors"); });
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + 97 * kill % 1500));
    Call& struck = calls[static_cast<size_t>(victim)];
    struck.send(signal);
    for (Call& call : calls) {
      if (&call == &struck) continue;
      const Outcome outcome = call.finish();
      EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
      EXPECT_EQ(outcome.err.find("the processes can't meet"), std::string::npos) << outcome.err;
    }
    struck.send(SIGKILL);
    struck.finish();
    load_safetensors(folder / "out/last.safetensors");  // whole, or it throws
  }
  Call last(folder.path(), in_processes(2, {command, "--resume", "out"}));
  std::this_thread::sleep_for(std::chrono::seconds(2));
  last.send(SIGTERM);
  expect_said(last.finish(), 143, "everything is saved");
}

INSTANTIATE_TEST_SUITE_P(All, GroupFaultsSlow,
                         ::testing::Values(ten_steps("out") + Words{"--epochs", "100000"},
                                           pretraining("simclr", "out") +
                                               Words{"--epochs", "100000", "--steps-per-epoch",
                                                     "2"}));

}  // namespace
}  // namespace stl10
