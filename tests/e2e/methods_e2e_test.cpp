#include <gtest/gtest.h>

#include <csignal>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

using testing::Call;
using testing::expect_equal_weights;
using testing::expect_refusal;
using testing::json_of;
using testing::Outcome;
using testing::quick_simclr;
using testing::results_of;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

/// quick_simclr by another method.
Words quick_method(const std::string& command, const std::string& output) {
  Words words = quick_simclr(output);
  words[0] = command;
  return words;
}

TEST(MethodsE2e, TheNewestRunOfAnyMethodIsBuiltOn) {
  const ToyFolder folder;
  for (const char* command : {"dcl-pretrain", "moco-pretrain", "nnclr-pretrain", "byol-pretrain",
                              "simsiam-pretrain", "dino-pretrain", "barlow-twins-pretrain",
                              "hsic-pretrain", "vicreg-pretrain", "twist-pretrain"}) {
    const Outcome trained =
        run(folder.path(), quick_method(command, std::string("runs/") + command + "/run"));
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
    const Outcome probed = run(
        folder.path(), {"linear-probe", "--data-dir", "toy", "--no-floors", "--json", "--precision",
                        "fp32", "--threads", "1", "--output", std::string("probe-") + command});
    ASSERT_EQ(probed.exit_code, 0) << probed.err;
    const std::string parent = parse_json(probed.out, "stdout")["parent"];
    EXPECT_TRUE(parent.starts_with(std::string("runs/") + command)) << parent;
    EXPECT_TRUE(std::filesystem::exists(folder / parent / "report.html"));
    EXPECT_EQ(json_of(folder / parent / "config.json")["command"], command);
  }
}

TEST(MethodsE2e, ARunWithAMomentumNetworkGoesOnToTheBit) {
  const ToyFolder folder;
  const Words length = {"--epochs", "6", "--steps-per-epoch", "10"};
  ASSERT_EQ(run(folder.path(), quick_method("byol-pretrain", "whole") + length).exit_code, 0);
  Call call(folder.path(), quick_method("byol-pretrain", "out") + length);
  call.wait_until([&] { return std::filesystem::exists(folder / "out/last.safetensors"); });
  call.send(SIGKILL);
  call.finish();
  const Outcome resumed = run(folder.path(), {"byol-pretrain", "--resume", "out"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(results_of(folder / "out"), results_of(folder / "whole"));
  expect_equal_weights(folder / "out/last.safetensors", folder / "whole/last.safetensors");
}

TEST(MethodsE2e, SmallViewsAndChunksTrainAndGoOn) {
  const ToyFolder folder;
  const Words more = {"--views",
                      "2+2",
                      "--projection.tap",
                      "pooled",
                      "--tap",
                      "pooled",
                      "--encoder.batch-norm",
                      "false",
                      "--contrastive-chunk",
                      "8"};
  for (const char* command : {"simclr-pretrain", "dino-pretrain"}) {
    const std::string output = std::string("out-") + command;
    const Outcome trained = run(folder.path(), quick_method(command, output) + more);
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
    EXPECT_NE(trained.err.find("2 large and 2 small views each"), std::string::npos);
    EXPECT_EQ(json_of(folder / output / "config.json")["views"], "2+2");
  }
}

TEST(MethodsE2e, WhatDoesNotFitIsOneLine) {
  const ToyFolder folder;
  const Words one = {"--batch-size", "1", "--unlabeled-batch-size", "0"};
  expect_refusal(run(folder.path(), quick_method("vicreg-pretrain", "out") + one), folder.path(), 2,
                 {"two or more a step"});
  expect_refusal(
      run(folder.path(), quick_method("byol-pretrain", "out") + Words{"--momentum", "1.5"}),
      folder.path(), 2, {"momentum", "1.5"});
  expect_refusal(
      run(folder.path(), quick_method("hsic-pretrain", "out") + Words{"--temperature", "1"}),
      folder.path(), 2, {"--temperature"});
  const auto refused = [&](const std::string& command, const Words& words, const Words& said) {
    expect_refusal(run(folder.path(), quick_method(command, "out") + words), folder.path(), 2,
                   said);
  };
  refused("simclr-pretrain", {"--views", "1"}, {"2 to 64 large ones", "1"});
  refused("byol-pretrain", {"--views", "2+2"}, {"--projection.tap pooled", "--small.size 64"});
  refused("vicreg-pretrain", {"--views", "3"}, {"two views of one size"});
  refused("simclr-pretrain", {"--contrastive-chunk", "8", "--encoder.batch-norm", "true"},
          {"mixes the images", "--contrastive-chunk"});
  expect_refusal(run(folder.path(), quick_method("moco-pretrain", "out") + Words{"--queue", "5"}),
                 folder.path(), 2, {"smaller than a step", "32"});
}

}  // namespace
}  // namespace stl10
