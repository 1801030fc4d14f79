#include <gtest/gtest.h>

#include <cmath>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

using testing::json_of;
using testing::lines_of;
using testing::Outcome;
using testing::quick_run;
using testing::quick_simclr;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

class LinearProbeE2e : public ::testing::Test {
 protected:
  Outcome probe(const Words& words) {
    return run(folder_.path(),
               Words{"linear-probe", "--data-dir", "toy", "--threads", "1", "--precision", "fp32"} +
                   words);
  }
  void train(const Words& words) {
    const Outcome outcome = run(folder_.path(), words);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  void expect_refused(const Words& words, int code, const Words& parts) {
    testing::expect_refusal(probe(words + Words{"--output", "out"}), folder_.path(), code, parts);
  }

  ToyFolder folder_;
};

TEST_F(LinearProbeE2e, TheRunFolderHoldsWhatTheContractNames) {
  train(quick_simclr("pre"));
  const Outcome outcome = probe({"--output", "out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("features of pre/last.safetensors"), std::string::npos) << outcome.err;
  const Json summary = json_of(folder_ / "out/summary.json");
  EXPECT_EQ(summary["command"], "linear-probe");
  EXPECT_EQ(summary["status"], "done");
  EXPECT_EQ(summary["parent"], "pre");
  EXPECT_EQ(summary["train"]["count"], 60);
  EXPECT_TRUE(summary["validation"].is_null());
  EXPECT_EQ(summary["test"]["count"], 40);
  EXPECT_TRUE(summary["l2"].is_number());
  EXPECT_EQ(summary["tap"], "flat");
  EXPECT_EQ(summary["knn"]["k"], 20);
  EXPECT_EQ(summary["knn_200"]["k"], 60);
  EXPECT_EQ(summary["best"]["selected_by"], "held-out loss");
  EXPECT_NE(outcome.err.find("only 60"), std::string::npos) << outcome.err;
  for (const char* floor : {"pixels", "color_histogram", "random_encoder"}) {
    EXPECT_TRUE(summary["floors"][floor]["accuracy"].is_number()) << floor;
    EXPECT_TRUE(summary["floors"][floor]["l2"].is_number()) << floor;
    EXPECT_TRUE(summary["floors"][floor]["held_out_accuracy"].is_number()) << floor;
  }
  const std::vector<std::string> lines = lines_of(folder_ / "out/predictions.csv");
  ASSERT_EQ(lines.size(), 1u + 40 + 10);
  EXPECT_TRUE(lines[1].starts_with("test,0,")) << lines[1];
  EXPECT_TRUE(lines[41].starts_with("validation,")) << lines[41];
  const TensorFile before = load_safetensors(folder_ / "pre/last.safetensors"),
                   after = load_safetensors(folder_ / "out/last.safetensors");
  EXPECT_TRUE(after.tensors.contains("head.weight"));
  for (const auto& [name, tensor] : after.tensors) {
    if (name.starts_with("head.") || name.starts_with("beside.")) continue;
    EXPECT_TRUE(at::equal(tensor, before.tensors.at(name))) << name;
  }
  EXPECT_EQ(json_of(folder_ / "runs/linear-probe/latest/summary.json"), summary);
}

TEST_F(LinearProbeE2e, ItJudgesRunsOfOtherCommandsAndItsOwn) {
  train(quick_run("supervised"));
  ASSERT_EQ(probe({"--checkpoint", "supervised", "--no-floors", "--output", "one"}).exit_code, 0);
  ASSERT_EQ(
      probe({"--checkpoint", "one/last.safetensors", "--no-floors", "--output", "two"}).exit_code,
      0);
  testing::expect_equal_weights(folder_ / "one/last.safetensors", folder_ / "two/last.safetensors");
  const Json summary = json_of(folder_ / "two/summary.json");
  EXPECT_EQ(summary["tap"], "dense");
  EXPECT_FALSE(summary.contains("floors"));
}

TEST_F(LinearProbeE2e, WithoutANameItTakesTheNewestEncoderTrainedWithoutLabels) {
  train(quick_simclr("pre"));
  train(quick_run("newer"));  // it holds a classifier
  const Outcome outcome = probe({"--no-floors", "--output", "out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(json_of(folder_ / "out/summary.json")["parent"], "pre");
}

TEST_F(LinearProbeE2e, FloorsAreMeasuredOnceForEqualLabelsAndArchitecture) {
  train(quick_simclr("pre"));
  const auto says = [&](const Words& words, const std::string& folder) {
    EXPECT_EQ(probe(words + Words{"--output", folder}).exit_code, 0);
    return read_file(folder_ / (folder + "/log.txt")).find("floors taken") != std::string::npos;
  };
  EXPECT_FALSE(says({}, "one"));
  EXPECT_TRUE(says({"--l2", "0.1"}, "two"));
  EXPECT_EQ(json_of(folder_ / "one/summary.json")["floors"]["pixels"]["accuracy"],
            json_of(folder_ / "two/summary.json")["floors"]["pixels"]["accuracy"]);
  EXPECT_EQ(json_of(folder_ / "one/summary.json")["floors"]["pixels"]["held_out_accuracy"],
            json_of(folder_ / "two/summary.json")["floors"]["pixels"]["held_out_accuracy"]);
  EXPECT_FALSE(says({"--tap", "pooled"}, "three"));
  save_atomically(folder_ / "three/floors.json", "{\"key\":");
  EXPECT_FALSE(says({"--tap", "pooled", "--overwrite"}, "three"));
}

TEST_F(LinearProbeE2e, TheProtocolGivesMeanAndDeviationOverTheFolds) {
  train(quick_simclr("pre"));
  ASSERT_EQ(
      probe({"--protocol", "10-fold", "--l2", "0.1", "--no-floors", "--output", "out"}).exit_code,
      0);
  const Json protocol = json_of(folder_ / "out/summary.json")["protocol"];
  EXPECT_EQ(protocol["name"], "10-fold");
  const auto accuracies = protocol["accuracies"].get<std::vector<double>>();
  ASSERT_EQ(accuracies.size(), 10u);
  double mean = 0, squares = 0;
  for (const double a : accuracies) mean += a / 10;
  for (const double a : accuracies) squares += (a - mean) * (a - mean) / 9;
  EXPECT_NEAR(protocol["mean"].get<double>(), mean, 1e-12);
  EXPECT_NEAR(protocol["deviation"].get<double>(), std::sqrt(squares), 1e-12);
  const std::vector<std::string> lines = lines_of(folder_ / "out/predictions.csv");
  ASSERT_EQ(lines.size(), 401u);
  EXPECT_TRUE(lines[0].ends_with(",fold")) << lines[0];
  EXPECT_TRUE(lines[400].ends_with(",9")) << lines[400];
}

TEST_F(LinearProbeE2e, BadCheckpointsAreOneLineAndTheRightCode) {
  expect_refused(
      {}, 1,
      {"no finished run in runs holds an encoder that was trained without labels", "--checkpoint"});
  expect_refused({"--checkpoint", "nowhere"}, 1, {"nowhere"});
  train(quick_simclr("pre"));
  const std::string sound = read_file(folder_ / "pre/last.safetensors");
  const auto write = [&](const std::string& name, const std::string& bytes) {
    save_atomically(folder_ / name, bytes);
    return Words{"--checkpoint", name};
  };
  expect_refused(write("noise", std::string(5000, 'x')), 1, {"noise"});
  expect_refused(write("empty", ""), 1, {"empty"});
  expect_refused(write("cut", sound.substr(0, sound.size() / 2)), 1, {"cut"});
  std::string flipped = sound;
  flipped[sound.size() - 9] ^= 1;
  expect_refused(write("flipped", flipped), 1, {"flipped"});
  TensorFile file = load_safetensors(folder_ / "pre/last.safetensors");
  const auto saved = [&](const std::string& name) {
    file.metadata.erase("sha256");
    save_safetensors(folder_ / name, file);
    file = load_safetensors(folder_ / "pre/last.safetensors");
    return Words{"--checkpoint", name};
  };
  file.metadata["format"] = "stl10-checkpoint-1";
  expect_refused(saved("older"), 2, {"another version"});
  file.tensors["encoder.conv2.weight"] = at::zeros({9, 8, 3, 3});
  expect_refused(saved("architecture"), 2, {"encoder.conv2.weight"});
  file.tensors.erase("encoder.conv2.weight");
  expect_refused(saved("missing"), 2, {"encoder.conv2.weight"});
  file.metadata["encoder"] = "{\"width\": \"wide\"}";
  EXPECT_EQ(probe(saved("config")).exit_code, 2);
  expect_refused({"--tap", "dense"}, 2, {"--tap flat, pooled, layers or quadrants"});
}

TEST_F(LinearProbeE2e, BadOptionsAreOneLine) {
  train(quick_simclr("pre"));
  expect_refused({"--l2", "-1"}, 2, {"l2"});
  expect_refused({"--optimizer", "lbgfs"}, 2, {"lbfgs"});
  expect_refused({"--optimizer", "sgd", "--l2", "1"}, 2, {"--l2"});
  expect_refused({"--labels-per-class", "1"}, 2, {"one label a class"});
  expect_refused({"--fold", "77"}, 2, {"0 to 9"});
  expect_refused({"--protocol", "5-fold"}, 2, {"10-fold"});
  expect_refused({"--feature-views", "0"}, 2, {"feature_views"});
  expect_refused({"--validation", "none"}, 2, {"--l2"});
}

TEST_F(LinearProbeE2e, ChoosingOnTheTestImagesIsSaid) {
  train(quick_simclr("pre"));
  const Outcome outcome = probe({"--validation", "test", "--no-floors", "--output", "out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("TEST split"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("The validation images are the test images"), std::string::npos);
  EXPECT_EQ(json_of(folder_ / "out/summary.json")["best"]["selected_by"], "test loss");
}

TEST_F(LinearProbeE2e, AnInterruptedProbeIsBegunAgain) {
  train(quick_simclr("pre"));
  testing::Call call(folder_.path(), {"linear-probe", "--data-dir", "toy", "--threads", "1",
                                      "--feature-views", "1000", "--output", "out"});
  call.wait_until([&] { return std::filesystem::exists(folder_ / "out/log.txt"); });
  call.send(SIGTERM);
  const Outcome stopped = call.finish();
  EXPECT_EQ(stopped.exit_code, 143);
  EXPECT_NE(stopped.err.find("--resume out"), std::string::npos) << stopped.err;
  EXPECT_EQ(json_of(folder_ / "out/summary.json")["status"], "interrupted");
  Json config = json_of(folder_ / "out/config.json");
  config["feature_views"] = 2;  // or it takes minutes
  save_atomically(folder_ / "out/config.json", config.dump());
  ASSERT_EQ(run(folder_.path(), {"linear-probe", "--resume", "out"}).exit_code, 0);
  EXPECT_EQ(json_of(folder_ / "out/summary.json")["status"], "done");
}

}  // namespace
}  // namespace stl10
