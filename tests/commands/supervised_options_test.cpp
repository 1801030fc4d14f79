#include "stl10/commands/supervised_options.h"

#include <gtest/gtest.h>

#include "stl10/base/file.h"
#include "stl10/commands/command_line.h"

namespace stl10 {
namespace {

std::string config_path(const std::string& name) {
  return std::string(STL10_SOURCE_DIR) + "/configs/" + name;
}

SupervisedOptions resolve(const std::string& config, const Json& flags = Json::object()) {
  return resolve_options<SupervisedOptions>(
      {.command = "supervised", .config = config, .flags = flags});
}

TEST(SupervisedOptions, TheDefaultsAreTheBaselineConfig) {
  const Json defaults = resolved_config(to_json(SupervisedOptions{}), "supervised");
  const Json file = parse_json(read_file(config_path("baseline.json")), "baseline.json");
  EXPECT_EQ(file, defaults);
  EXPECT_EQ(to_json(resolve(config_path("baseline.json"))), to_json(SupervisedOptions{}));
}

TEST(SupervisedOptions, TheBaselineIsTheReportsExperiment) {
  const SupervisedOptions options;
  EXPECT_EQ(options.epochs, 40);
  EXPECT_EQ(options.batch_size, 25);
  EXPECT_EQ(options.learning_rate, 1e-3);
  EXPECT_EQ(options.head.outputs, 20);
  EXPECT_EQ(options.encoder.width, 128);
  EXPECT_EQ(options.augment.preset, "classification");
  EXPECT_EQ(options.split.validation, Validation::kTest);
  EXPECT_EQ(options.optimizer.epsilon, 1e-7);
}

TEST(SupervisedOptions, EveryPublishedConfigIsRead) {
  for (const char* name : {"baseline.json", "smoke.json", "supervised.json"}) {
    EXPECT_NO_THROW(map_sides(resolve(config_path(name)).encoder)) << name;
  }
}

TEST(SupervisedOptions, AFlagsPresetReplacesTheConfigsWholeGroup) {
  const Json flags = {{"augment", {{"preset", "simclr"}, {"hue", 0.3}}}};
  const SupervisedOptions options = resolve(config_path("baseline.json"), flags);
  EXPECT_EQ(options.augment.grayscale, augment_preset("simclr").grayscale);
  EXPECT_EQ(options.augment.noise, augment_preset("simclr").noise);
  EXPECT_EQ(options.augment.hue, 0.3);
}

}  // namespace
}  // namespace stl10
