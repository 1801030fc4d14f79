#include <gtest/gtest.h>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

using testing::json_of;
using testing::lines_of;
using testing::Outcome;
using testing::quick_simclr;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

class LabelSpreadE2e : public ::testing::Test {
 protected:
  LabelSpreadE2e() {
    const Outcome outcome = run(folder_.path(), quick_simclr("pre"));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  Outcome spread(const Words& words) {
    return run(folder_.path(),
               Words{"label-spread", "--data-dir", "toy", "--threads", "1", "--precision", "fp32"} +
                   words);
  }

  ToyFolder folder_;
};

TEST_F(LabelSpreadE2e, ItsRunIsJudgedAndComparedByEval) {
  const Outcome outcome = spread({"--unlabeled-images", "20", "--output", "spread"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("60 labels among 120 images"), std::string::npos) << outcome.err;
  const Json summary = json_of(folder_ / "spread/summary.json");
  EXPECT_EQ(summary["command"], "label-spread");
  EXPECT_EQ(summary["test"]["count"], 40);
  EXPECT_TRUE(summary["k"].is_number_integer());
  EXPECT_TRUE(summary["alpha"].is_number());
  EXPECT_EQ(summary["choice"]["path"].size(), 20u);
  EXPECT_EQ(lines_of(folder_ / "spread/predictions.csv").size(), 41u);

  const Outcome judged = run(folder_.path(), {"eval", "spread", "--output", "judged"});
  ASSERT_EQ(judged.exit_code, 0) << judged.err;
  const Json judgement = json_of(folder_ / "judged/summary.json");
  for (const char* key : {"accuracy", "loss", "count"}) {
    EXPECT_EQ(judgement["test"][key], summary["test"][key]) << key;
  }
  EXPECT_TRUE(judgement["test"]["macro_f1"].is_number());
  EXPECT_TRUE(judgement["features"].is_null());
  EXPECT_NE(judged.out.find("disc"), std::string::npos) << judged.out;

  ASSERT_EQ(run(folder_.path(),
                Words{"linear-probe", "--data-dir", "toy", "--no-floors", "--output", "probe"})
                .exit_code,
            0);
  const Outcome compared = run(folder_.path(), {"eval", "probe", "spread"});
  ASSERT_EQ(compared.exit_code, 0) << compared.err;
  EXPECT_NE(compared.out.find("B against A: accuracy "), std::string::npos) << compared.out;
}

TEST_F(LabelSpreadE2e, BadOptionsAreOneLineAndTheRightCode) {
  const auto refused = [&](const Words& words, int code, const Words& parts) {
    testing::expect_refusal(spread(words + Words{"--output", "out"}), folder_.path(), code, parts);
  };
  refused({"--alpha", "1"}, 2, {"alpha"});
  refused({"--alpha", "0"}, 2, {"alpha"});
  refused({"--k", "0"}, 2, {"k", "[1, 1000]"});
  refused({"--k", "2.5"}, 2, {"k", "integer"});
  refused({"--unlabeled-images", "-1"}, 2, {"unlabeled_images"});
  refused({"--unlabeled-images", "21"}, 2, {"21", "20", "--unlabeled-images"});
  refused({"--labels-per-class", "1"}, 2, {"--k and --alpha"});
  refused({"--labels-per-class", "100"}, 2, {"100"});
  refused({"--validation", "none"}, 2, {"--k and --alpha"});
  refused({"--tap", "deep"}, 2, {"tap", "dense"});
  refused({"--checkpoint", "nowhere"}, 1, {"nowhere"});
  std::filesystem::remove(folder_ / "toy/unlabeled_X.bin");
  refused({"--unlabeled-images", "5"}, 1, {"unlabeled_X.bin"});
}

}  // namespace
}  // namespace stl10
