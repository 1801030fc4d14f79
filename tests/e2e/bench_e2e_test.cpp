#include <gtest/gtest.h>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

using testing::json_of;
using testing::Outcome;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

class BenchE2e : public ::testing::Test {
 protected:
  Outcome bench(const std::string& config, const Words& words) {
    return run(folder_.path(),
               Words{"bench", "--config", STL10_SOURCE_DIR "/configs/" + config, "--data-dir",
                     "toy", "--warmup-steps", "1", "--measured-steps", "2"} +
                   words);
  }
  void expect_refused(const std::string& config, const Words& words, int code, const Words& parts) {
    testing::expect_refusal(bench(config, words), folder_.path(), code, parts);
  }

  ToyFolder folder_;
};

TEST_F(BenchE2e, MeasuresTheContractsStagesOfBothMethods) {
  for (const char* config : {"smoke.json", "smoke_simclr.json"}) {
    const Outcome outcome = bench(config, {"--json", "--batch-size", "8", "--trace", "trace.json"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json result = parse_json(outcome.out, "stdout");
    for (const char* stage :
         {"loader", "augment", "forward", "loss", "backward", "optimizer", "step", "end_to_end"}) {
      for (const char* key : {"images_per_second", "median_ms", "spread_ms"}) {
        EXPECT_TRUE(result[stage][key].is_number()) << stage << key;
      }
      EXPECT_GT(result[stage]["images_per_second"], 0) << stage;
    }
    EXPECT_LE(result["forward"]["median_ms"], result["step"]["median_ms"]);
    EXPECT_LE(result["step"]["median_ms"], result["end_to_end"]["median_ms"]);
    EXPECT_EQ(result["steps"], 2);
    for (const char* key : {"peak_mib", "mapped_mib", "startup_seconds"}) EXPECT_GT(result[key], 0);
    EXPECT_EQ(result["device"], "cpu");
    EXPECT_GT(result["ceilings"]["gflops"], 0);
    const Json events = json_of(folder_ / "trace.json")["traceEvents"];
    EXPECT_EQ(events.size() % 2, 0u) << "two equal steps";
    EXPECT_FALSE(std::filesystem::exists(folder_ / "runs")) << "it makes no run";
  }
  const Outcome table = bench("smoke.json", {"--threads", "1"});
  EXPECT_NE(table.out.find("\nend_to_end"), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("cpu, 1 threads"), std::string::npos) << table.out;
}

TEST_F(BenchE2e, BadInputIsOneLineAndTheRightCode) {
  save_atomically(folder_ / "none.json", R"({"batch_size": 3})");
  save_atomically(folder_ / "probe.json", R"({"command": "linear-probe"})");
  const auto refused = [&](const Words& words, int code, const Words& parts) {
    expect_refused("smoke.json", words, code, parts);
  };
  refused({"--measured-steps", "1"}, 2, {"measured_steps"});
  refused({"--warmup-steps", "-1"}, 2, {"warmup_steps"});
  refused({"--temperature", "0.5"}, 2, {"temperature"});
  refused({"--batch-size", "none"}, 2, {"batch_size"});
  refused({"--checkpoint", "run"}, 2, {"--checkpoint"});
  refused({"--epochs", "3"}, 2, {"--epochs"});
  refused({"--trace", "no/such/folder/trace.json"}, 1, {"trace.json"});
  const auto with = [&](const std::string& config) {
    return run(folder_.path(), {"bench", "--config", config, "--data-dir", "toy"});
  };
  EXPECT_EQ(with("none.json").exit_code, 2);
  EXPECT_NE(with("none.json").err.find("command"), std::string::npos);
  EXPECT_EQ(with("probe.json").exit_code, 2);
  EXPECT_EQ(with("nowhere.json").exit_code, 1);
  EXPECT_EQ(run(folder_.path(), {"bench"}).exit_code, 2);
}

}  // namespace
}  // namespace stl10
