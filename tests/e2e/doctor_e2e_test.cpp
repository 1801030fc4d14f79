#include <cstdlib>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

using testing::Outcome;
using testing::run;
using testing::ToyFolder;

using Words = std::vector<std::string>;

class DoctorE2e : public ::testing::Test {
 protected:
  Json found(const Words& words) {
    Words all = {"doctor", "--json", "--data-dir", "toy"};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = run(folder_.path(), all);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return parse_json(outcome.out, "doctor");
  }
  static bool complains(const Json& json, const std::string& of) {
    for (const Json& problem : json["problems"]) {
      if (problem.get<std::string>().find(of) != std::string::npos) return true;
    }
    return false;
  }
  void config(const std::string& name, const Json& json) {
    save_atomically(folder_ / name, json.dump());
  }
  ToyFolder folder_;
};

TEST_F(DoctorE2e, SaysWhatIsThere) {
  const Json json = found({});
  for (const char* key : {"version", "libtorch", "cuda", "devices", "device", "precision",
                          "instruction_sets", "cores", "memory", "disk", "data", "runs"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_TRUE(json["data"]["sound"]);
  EXPECT_FALSE(json["data"]["official_sizes"]);
  EXPECT_EQ(json["data"]["images"]["test"], 40);
  EXPECT_EQ(json["data"]["files"]["train_y.bin"], 60);
  EXPECT_EQ(json["runs"], 0);
  EXPECT_GT(json["memory"]["available"].get<double>(), 0);
  const Outcome outcome = run(folder_.path(), {"doctor", "--data-dir", "toy"});
  EXPECT_NE(outcome.out.find("60 training, 40 test"), std::string::npos) << outcome.out;
}

TEST_F(DoctorE2e, WhatIsWrongHasALineThatSaysWhatToDo) {
  EXPECT_TRUE(complains(found({"--data-dir", "nowhere"}), "nowhere is missing; next: "));
  save_atomically(folder_ / "toy/test_y.bin", "\x01\x02");
  EXPECT_TRUE(complains(found({}), "don't agree"));
  ::setenv("ATEN_CPU_CAPABILITY", "default", 1);
  const Json old = found({});
  ::unsetenv("ATEN_CPU_CAPABILITY");
  const bool newer = old["instruction_sets"]["machine"] != "baseline";
  EXPECT_EQ(complains(old, "next: unset ATEN_CPU_CAPABILITY"), newer);
}

TEST_F(DoctorE2e, SaysWhatARunWillTake) {
  config("small.json",
         {{"command", "supervised"}, {"width", 8}, {"epochs", 7}, {"batch_size", 15}});
  const Json json = found({"--config", "small.json"}), config = json["config"];
  EXPECT_EQ(config["command"], "supervised");
  EXPECT_EQ(config["run"]["epochs"], 7);
  EXPECT_EQ(config["run"]["steps"], 28);  // of 60 images
  EXPECT_GT(config["network"]["parameters"].get<int64_t>(), 1000);
  EXPECT_EQ(config["network"]["sides"][0], 64);
  EXPECT_EQ(config["network"]["receptive_field"], 45);
  const double seconds = config["run"]["seconds"], step = config["run"]["seconds_a_step"];
  EXPECT_GE(seconds, 28 * step);
  EXPECT_GT(config["run"]["memory"].get<double>(), 1e6);
  EXPECT_GT(config["run"]["disk"].get<double>(), 1e4);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "runs")) << "a run was made";
}

TEST_F(DoctorE2e, WastefulAndImpossibleConfigsAreNamed) {
  config("tiny.json", {{"command", "supervised"},
                       {"width", 8},
                       {"augment", {{"size", 32}}},
                       {"encoder", {{"strides", 2}, {"pools", {1, 2}}}}});
  EXPECT_TRUE(complains(found({"--config", "tiny.json"}), "maps of one pixel"))
      << "32, 16, 8, 4, 2, 1, 1";
  config("other.json", {{"command", "linear-probe"}});
  EXPECT_TRUE(complains(found({"--config", "other.json"}), "whose training isn't measured"));
  config("wrong.json", {{"command", "supervised"}, {"widht", 8}});
  EXPECT_TRUE(complains(found({"--config", "wrong.json"}), "unknown key"));
}

}  // namespace
}  // namespace stl10
