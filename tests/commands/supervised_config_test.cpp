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

TEST(SupervisedConfig, TheDefaultsAreThePublishedConfig) {
  const Json defaults = resolved_config(to_json(SupervisedConfig{}), "supervised");
  const Json file = parse_json(read_file(published_config("supervised.json")), "supervised.json");
  EXPECT_EQ(file, defaults);
  EXPECT_EQ(to_json(resolve(published_config("supervised.json"))), to_json(SupervisedConfig{}));
}

/// So that it stays the report's experiment, whatever the defaults become.
TEST(SupervisedConfig, TheBaselineNamesEveryKey) {
  const Json file = parse_json(read_file(published_config("baseline.json")), "baseline.json");
  EXPECT_EQ(file,
            resolved_config(to_json(resolve(published_config("baseline.json"))), "supervised"));
}

TEST(SupervisedConfig, TheBaselineIsTheReportsExperiment) {
  const SupervisedConfig options = resolve(published_config("baseline.json"));
  EXPECT_EQ(options.run.epochs, 40);
  EXPECT_EQ(options.task.batch_size, 25);
  EXPECT_EQ(options.task.learning_rate, 1e-3);
  EXPECT_EQ(options.task.head.outputs, 20);
  EXPECT_EQ(options.task.label_smoothing, 0);
  EXPECT_EQ(to_json(options.task.encoder), to_json(EncoderOptions{}));
  EXPECT_EQ(shape_of(options.task.encoder).width(Tap::kPooled), 128);
  EXPECT_EQ(to_json(options.task.augment), to_json(augment_preset("classification")));
  EXPECT_EQ(options.task.split.validation, Validation::kTest);
  EXPECT_EQ(to_json(options.task.optimizer), to_json(OptimizerOptions{}));
  EXPECT_EQ(to_json(options.task.schedule), to_json(ScheduleOptions{}));
}

TEST(SupervisedConfig, EveryPublishedConfigIsRead) {
  for (const char* name :
       {"baseline.json", "smoke.json", "supervised.json", "supervised_gpu.json"}) {
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
