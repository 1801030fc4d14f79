#include <gtest/gtest.h>

#include "commands/published_config.h"
#include "stl10/base/file.h"
#include "stl10/commands/command.h"
#include "stl10/commands/pretraining.h"
#include "stl10/tasks/simclr.h"

namespace stl10 {
namespace {

using SimclrConfig = PretrainingConfig<SimclrTask>;

using testing::published_config;

SimclrConfig resolve_published(const std::string& name) {
  return resolve_options<SimclrConfig>(
      {.command = "simclr-pretrain", .config = published_config(name)});
}

TEST(SimclrConfig, TheDefaultsAreThePublishedConfig) {
  const Json defaults = resolved_config(to_json(SimclrConfig{}), "simclr-pretrain");
  EXPECT_EQ(parse_json(read_file(published_config("simclr.json")), "simclr.json"), defaults);
  EXPECT_EQ(to_json(resolve_published("simclr.json")), to_json(SimclrConfig{}));
}

TEST(SimclrConfig, EveryPublishedConfigIsRead) {
  for (const char* name : {"simclr_resnet.json", "simclr_gpu.json", "smoke_simclr.json"}) {
    EXPECT_NO_THROW(shape_of(resolve_published(name).task.sized_encoder())) << name;
  }
}

/// So that it stays the report's experiment, whatever the defaults become.
TEST(SimclrConfig, TheReportsExperimentNamesEveryKey) {
  const Json file = parse_json(read_file(published_config("report_simclr.json")), "");
  EXPECT_EQ(file,
            resolved_config(to_json(resolve_published("report_simclr.json")), "simclr-pretrain"));
}

TEST(SimclrConfig, TheReportsExperimentIsTheReports) {
  const SimclrConfig config = resolve_published("report_simclr.json");
  EXPECT_EQ(config.run.epochs, 30);
  EXPECT_EQ(config.run.steps_per_epoch, 200);
  const SimclrOptions& task = config.task;
  EXPECT_EQ(task.batch_size, 25);
  EXPECT_EQ(task.unlabeled_batch_size, 500);
  EXPECT_EQ(task.learning_rate, 1e-3);
  EXPECT_EQ(task.temperature, 0.1);
  EXPECT_EQ(task.nt_xent, NtXentForm::kCrossView);
  EXPECT_EQ(task.tap, Tap::kDense);
  EXPECT_EQ(to_json(task.contrastive), to_json(augment_preset("contrastive")));
  EXPECT_EQ(to_json(task.encoder), to_json(EncoderOptions{}));
  EXPECT_EQ(to_json(task.projection), to_json(ProjectionOptions{}));
  EXPECT_EQ(to_json(task.optimizer), to_json(OptimizerOptions{}));
  EXPECT_EQ(to_json(task.schedule), to_json(ScheduleOptions{}));
  EXPECT_EQ(task.split.validation, Validation::kHoldout);
}

TEST(SimclrConfig, TheDefaultEncoderHasAMapOfFourByFour) {
  EXPECT_EQ(shape_of(SimclrConfig{}.task.sized_encoder()).sides.back(), 4);
  EXPECT_EQ(shape_of(resolve_published("smoke_simclr.json").task.sized_encoder()).sides.back(), 4);
}

}  // namespace
}  // namespace stl10
