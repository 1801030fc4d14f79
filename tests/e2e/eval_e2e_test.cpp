#include <gtest/gtest.h>

#include <cstdlib>

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

class EvalE2e : public ::testing::Test {
 protected:
  Outcome eval(const Words& words) { return run(folder_.path(), Words{"eval"} + words); }
  Outcome judge(const Words& words) {
    return eval(Words{"--data-dir", "toy", "--threads", "1", "--precision", "fp32"} + words);
  }
  void train(const Words& words) {
    const Outcome outcome = run(folder_.path(), words);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  void expect_refused(const Words& words, int code, const Words& parts) {
    testing::expect_refusal(eval(words + Words{"--output", "out"}), folder_.path(), code, parts);
  }
  /// Whether scikit-learn finds the same figures in the files of a run.
  void expect_same_in_python(const std::string& name) {
    const std::string command = std::getenv("STL10_PYTHON") +
                                std::string(" " STL10_SOURCE_DIR "/tests/e2e/recompute.py ") +
                                (folder_ / name).string() + " > " + (folder_ / "same").string();
    EXPECT_EQ(std::system(command.c_str()), 0) << read_file(folder_ / "same");
    EXPECT_GE(lines_of(folder_ / "same").size(), 10u);
  }

  ToyFolder folder_;
};

TEST_F(EvalE2e, TheRunFolderHoldsWhatTheContractNames) {
  train(quick_run("run"));
  const Outcome outcome = judge({"run", "--output", "out", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = json_of(folder_ / "out/summary.json");
  EXPECT_EQ(parse_json(outcome.out, "stdout"), summary) << "nothing else is on stdout";
  EXPECT_EQ(summary["command"], "eval");
  EXPECT_EQ(summary["status"], "done");
  EXPECT_EQ(summary["checkpoint"], "run");
  const Json trained = json_of(folder_ / "run/summary.json");
  for (const char* key : {"loss", "accuracy", "count"}) {
    EXPECT_EQ(summary["test"][key], trained["test"][key]) << key;
  }
  for (const char* key : {"top5", "macro_precision", "macro_recall", "macro_f1", "mean_iou", "ece",
                          "brier", "kappa"}) {
    EXPECT_TRUE(summary["test"][key].is_number()) << key;
  }
  EXPECT_EQ(summary["test"]["accuracy_interval"].size(), 2u);
  EXPECT_EQ(summary["test"]["confusion"].size(), 10u);
  EXPECT_TRUE(summary["features"]["knn"]["accuracy"].is_number());
  for (const char* key :
       {"silhouette", "dunn", "davies_bouldin", "calinski_harabasz", "purity", "nmi", "ari"}) {
    EXPECT_TRUE(summary["features"][key].is_number()) << key;
    EXPECT_EQ(json_of(folder_ / "out/features.json")[key], summary["features"][key]) << key;
  }
  EXPECT_EQ(read_file(folder_ / "out/predictions.csv"), read_file(folder_ / "run/predictions.csv"));
  EXPECT_EQ(json_of(folder_ / "out/config.json")["command"], "eval");
  EXPECT_EQ(json_of(folder_ / "runs/eval/latest/summary.json"), summary);
}

TEST_F(EvalE2e, ScikitLearnFindsTheSameFigures) {
  if (std::getenv("STL10_PYTHON") == nullptr) {
    GTEST_SKIP() << "STL10_PYTHON names no Python with scikit-learn and safetensors";
  }
  train(quick_run("run") + Words{"--epochs", "4", "--head.outputs", "20"});
  ASSERT_EQ(judge({"run", "--output", "out"}).exit_code, 0);
  expect_same_in_python("out");
  train(quick_simclr("pre"));
  ASSERT_EQ(judge({"--features", "pre", "--feature-images", "labeled", "--max-points", "70",
                   "--output", "pre_out"})
                .exit_code,
            0);
  EXPECT_EQ(json_of(folder_ / "pre_out/summary.json")["features"]["count"], 70);
  expect_same_in_python("pre_out");
}

TEST_F(EvalE2e, AssumptionsAreCheckedOnTheFeatures) {
  train(quick_simclr("simclr"));
  const Words words = {"simclr", "--assumptions", "--draws", "1", "--clouds", "2"};
  const Outcome outcome = judge(words + Words{"--output", "out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("\ncontinuity "), std::string::npos) << outcome.out;
  const Json found = json_of(folder_ / "out/summary.json")["assumptions"];
  ASSERT_EQ(found["verdicts"].size(), 4u);
  EXPECT_EQ(found["verdicts"][2]["standing"], "holds") << "toy labels are balanced";
  EXPECT_EQ(found["out_of_class"]["count"], 20);
  EXPECT_EQ(found["fewer_labels"].back()["labels"], 60);
  EXPECT_NE(read_file(folder_ / "out/assumptions.svg").find("gap statistic"), std::string::npos);
  ASSERT_EQ(judge(words + Words{"--output", "again"}).exit_code, 0);
  EXPECT_EQ(json_of(folder_ / "again/summary.json")["assumptions"], found) << "same seed";
  const Outcome alone = judge(words + Words{"--unlabeled-images", "0", "--output", "alone"});
  ASSERT_EQ(alone.exit_code, 0) << alone.err;
  EXPECT_EQ(json_of(folder_ / "alone/summary.json")["assumptions"]["out_of_class"], nullptr);
  if (std::getenv("STL10_PYTHON") != nullptr) expect_same_in_python("out");
}

TEST_F(EvalE2e, BadOptionsOfAssumptionsAreOneLineAndTheRightCode) {
  train(quick_run("run"));
  const auto refused = [&](const Words& words, int code, const Words& parts) {
    expect_refused(Words{"run", "--data-dir", "toy", "--assumptions"} + words, code, parts);
  };
  refused({"--features", "false"}, 2, {"--features true", "leave one of them out"});
  refused({"--draws", "-1"}, 2, {"draws"});
  refused({"--draws", "many"}, 2, {"draws"});
  refused({"--clouds", "0"}, 2, {"clouds"});
  refused({"--cluster-points", "1"}, 2, {"cluster_points"});
  refused({"--unlabeled-images", "-5"}, 2, {"unlabeled_images"});
  refused({"run"}, 2, {"--assumptions", "several runs"});
  std::filesystem::copy(folder_ / "toy", folder_ / "one");
  std::filesystem::resize_file(folder_ / "one/test_X.bin", 3 * 96 * 96);
  std::filesystem::resize_file(folder_ / "one/test_y.bin", 1);
  expect_refused({"run", "--data-dir", "one", "--assumptions", "--unlabeled-images", "0"}, 2,
                 {"one test image", "--feature-images labeled"});
  std::filesystem::remove(folder_ / "toy/unlabeled_X.bin");
  refused({}, 1, {"unlabeled_X.bin"});
}

TEST_F(EvalE2e, AnEncoderAloneIsJudgedByItsFeatures) {
  train(quick_simclr("pre"));
  const Outcome outcome = judge({"--features", "pre", "--output", "pre_out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = json_of(folder_ / "pre_out/summary.json");
  EXPECT_TRUE(summary["test"].is_null());
  EXPECT_EQ(summary["features"]["tap"], "flat");
  EXPECT_EQ(summary["features"]["count"], 40);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "pre_out/predictions.csv"));
  expect_refused({"pre", "--features", "false", "--data-dir", "toy"}, 2, {"pre", "--features"});
  ASSERT_EQ(judge({"--random-init", "pre", "--output", "random"}).exit_code, 0);
  EXPECT_NE(json_of(folder_ / "random/summary.json")["features"]["silhouette"],
            summary["features"]["silhouette"]);
}

TEST_F(EvalE2e, WithoutANameItTakesTheNewestClassifierAndSaysSo) {
  expect_refused({"--data-dir", "toy"}, 1,
                 {"no finished run in runs holds a classifier", "supervised"});
  train(quick_run("run"));
  train(quick_simclr("pre"));
  const Outcome outcome = judge({"--features", "false", "--output", "out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("classifier of run/last.safetensors"), std::string::npos)
      << outcome.err;
  EXPECT_TRUE(json_of(folder_ / "out/summary.json")["features"].is_null());
}

TEST_F(EvalE2e, ARunCanBeRepeatedFromItsConfigAndReplaced) {
  train(quick_run("run"));
  ASSERT_EQ(judge({"run", "--output", "one"}).exit_code, 0);
  ASSERT_EQ(judge({"--config", "one/config.json", "--output", "two"}).exit_code, 0);
  EXPECT_EQ(read_file(folder_ / "one/features.json"), read_file(folder_ / "two/features.json"));
  ASSERT_EQ(judge({"run", "--features", "false", "--output", "two", "--overwrite"}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "two/features.json"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "two/features.safetensors"));
}

TEST_F(EvalE2e, RunsAreComparedByTheirPredictionsAlone) {
  for (const char* seed : {"0", "1", "2"}) {
    train(quick_run(std::string("s") + seed) + Words{"--seed", seed});
  }
  train(quick_run("other") + Words{"--epochs", "3"});
  std::filesystem::remove_all(folder_ / "toy");
  const Outcome outcome = eval({"other", "s0", "s1", "s2", "--output", "out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("B against A: accuracy "), std::string::npos) << outcome.out;
  const Json summary = json_of(folder_ / "out/summary.json");
  ASSERT_EQ(summary["runs"].size(), 2u);
  EXPECT_EQ(summary["runs"][1]["seeds"].dump(), "[0,1,2]");
  double mean = 0;
  for (const char* name : {"s0", "s1", "s2"}) {
    const std::string path = std::string(name) + "/summary.json";
    mean += json_of(folder_ / path)["test"]["accuracy"].get<double>() / 3;
  }
  EXPECT_NEAR(summary["runs"][1]["accuracy"]["mean"].get<double>(), mean, 1e-12);
  EXPECT_EQ(summary["runs"][0]["loss"]["mean"],
            json_of(folder_ / "other/summary.json")["test"]["loss"]);
  EXPECT_TRUE(summary["comparisons"][0]["mcnemar"].is_null());
  EXPECT_EQ(summary["comparisons"][0]["classes"][0]["name"], "disc");
  const Outcome pair = eval({"other", "s0", "--json"});
  const Json of_two = parse_json(pair.out, "stdout")["comparisons"][0];
  EXPECT_TRUE(of_two["mcnemar"]["p_value"].is_number());
}

TEST_F(EvalE2e, ProbesAreComparedByTheImagesThatTheyHeldOut) {
  train(quick_simclr("pre"));
  for (const char* tap : {"flat", "pooled"}) {
    train({"linear-probe", "--checkpoint", "pre", "--data-dir", "toy", "--no-floors", "--tap", tap,
           "--labels-per-class", "5", "--output", tap});
  }
  const Outcome outcome =
      eval({"flat", "pooled", "--compared-images", "validation", "--output", "compared"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("2 runs on 50 held-out training images"), std::string::npos)
      << outcome.err;
  const Json runs = json_of(folder_ / "compared/summary.json")["runs"];
  for (const size_t i : {0u, 1u}) {
    const Json probe = json_of(folder_ / (i == 0 ? "flat/summary.json" : "pooled/summary.json"));
    EXPECT_NEAR(runs[i]["accuracy"]["mean"].get<double>(), probe["best"]["accuracy"], 1e-12);
  }
  train({"linear-probe", "--checkpoint", "pre", "--data-dir", "toy", "--no-floors",
         "--labels-per-class", "4", "--output", "fewer"});
  expect_refused({"flat", "fewer", "--compared-images", "validation"}, 2,
                 {"other images", "50 of train:", "40 of train:"});
  train(quick_run("run"));
  expect_refused({"flat", "run", "--compared-images", "validation"}, 1,
                 {"run/predictions.csv", "rows of the validation images", "none"});
}

TEST_F(EvalE2e, RunsThatCantBeComparedAreOneLineAndTheRightCode) {
  train(quick_run("one"));
  train(quick_simclr("pre"));
  expect_refused({"one", "one/"}, 2, {"named twice"});
  expect_refused({"one", "nowhere"}, 1, {"nowhere"});
  expect_refused({"one", "pre"}, 1, {"pre", "predictions.csv", "supervised"});
  expect_refused({"one", "one/last.safetensors"}, 2, {"one/last.safetensors", "--checkpoint"});
  expect_refused({"one", "pre", "--checkpoint", "one"}, 2, {"--checkpoint"});
  expect_refused({"--runs", "one"}, 2, {"--runs"});
  train({"data", "toy", "--output", "toy2", "--train", "60", "--test", "40", "--seed", "7"});
  train(quick_run("other") + Words{"--data-dir", "toy2"});
  expect_refused({"one", "other"}, 2, {"other images"});
  std::string text = read_file(folder_ / "other/predictions.csv");
  save_atomically(folder_ / "other/predictions.csv", text.substr(0, text.size() / 2));
  expect_refused({"one", "other"}, 1, {"other/predictions.csv", "line"});
  save_atomically(folder_ / "other/predictions.csv", text);
  save_atomically(folder_ / "other/environment.json", "{\"data\": 3}");
  expect_refused({"one", "other"}, 1, {"other is damaged"});
  save_atomically(folder_ / "other/environment.json", "{\"data\":");
  expect_refused({"one", "other"}, 1, {"other is damaged"});
}

TEST_F(EvalE2e, BadOptionsAreOneLineAndTheRightCode) {
  train(quick_run("run"));
  const auto refused = [&](const Words& words, int code, const Words& parts) {
    expect_refused(Words{"run", "--data-dir", "toy"} + words, code, parts);
  };
  refused({"--tap", "deep"}, 2, {"tap", "dense"});
  refused({"--feature-images", "all"}, 2, {"feature_images", "labeled"});
  refused({"--max-points", "1"}, 2, {"max_points"});
  refused({"--max-points", "2.5"}, 2, {"max_points"});
  refused({"--kmeans-restarts", "0"}, 2, {"kmeans_restarts"});
  refused({"--alignment-images", "0"}, 2, {"alignment_images"});
  refused({"--augment.flip", "2"}, 2, {"flip"});
  refused({"--seed", "-1"}, 2, {"seed"});
  refused({"--epochs", "3"}, 2, {"--epochs"});
  refused({"--checkpoint", "run"}, 2, {"--checkpoint", "leave one out"});
  refused({"--resume", "run"}, 2, {"belongs to another command"});
  refused({"--config", "run/config.json"}, 2, {"belongs to another command"});
  expect_refused({"nowhere", "--data-dir", "toy"}, 1, {"nowhere"});
  expect_refused({"toy/train_y.bin", "--data-dir", "toy"}, 1, {"train_y.bin"});
  expect_refused({"run", "--data-dir", "nowhere"}, 1, {"nowhere"});
  std::filesystem::remove(folder_ / "toy/test_X.bin");
  refused({}, 1, {"test_X.bin"});
}

}  // namespace
}  // namespace stl10
