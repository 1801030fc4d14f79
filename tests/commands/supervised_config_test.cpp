#include "stl10/commands/supervised_config.h"

#include <gtest/gtest.h>

#include "commands/published_config.h"
#include "stl10/base/file.h"
#include "stl10/commands/command.h"

namespace stl10 {
namespace {

using testing::published_config;

SupervisedConfig resolve(const std::string& config, const Json& flags = Json::object()) {
  return resolve_options<SupervisedConfig>(
      {.command = "supervised", .config = config, .flags = flags});
}

TEST(SupervisedConfig, TheDefaultsAreTheBaselineConfig) {
  const Json defaults = resolved_config(to_json(SupervisedConfig{}), "supervised");
  const Json file = parse_json(read_file(published_config("baseline.json")), "baseline.json");
  EXPECT_EQ(file, defaults);
  EXPECT_EQ(to_json(resolve(published_config("baseline.json"))), to_json(SupervisedConfig{}));
}

TEST(SupervisedConfig, TheBaselineIsTheReportsExperiment) {
  const SupervisedConfig options;
  EXPECT_EQ(options.run.epochs, 40);
  EXPECT_EQ(options.task.batch_size, 25);
  EXPECT_EQ(options.task.learning_rate, 1e-3);
  EXPECT_EQ(options.task.head.outputs, 20);
  EXPECT_EQ(shape_of(options.task.encoder).width(Tap::kPooled), 128);
  EXPECT_EQ(options.task.augment.preset, "classification");
  EXPECT_EQ(options.task.split.validation, Validation::kTest);
  EXPECT_EQ(options.task.optimizer.epsilon, 1e-7);
}

TEST(SupervisedConfig, EveryPublishedConfigIsRead) {
  for (const char* name : {"baseline.json", "smoke.json", "supervised.json"}) {
    EXPECT_NO_THROW(shape_of(resolve(published_config(name)).task.encoder)) << name;
  }
}

TEST(SupervisedConfig, AFlagsPresetReplacesTheConfigsWholeGroup) {
  const Json flags = {{"augment", {{"preset", "simclr"}, {"hue", 0.3}}}};
  const SupervisedConfig options = resolve(published_config("baseline.json"), flags);
  EXPECT_EQ(options.task.augment.grayscale, augment_preset("simclr").grayscale);
  EXPECT_EQ(options.task.augment.noise, augment_preset("simclr").noise);
  EXPECT_EQ(options.task.augment.hue, 0.3);
}

}  // namespace
}  // namespace stl10
