#include "stl10/commands/classifier_results.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/supervised_config.h"
#include "stl10/commands/training_run.h"

namespace stl10 {
namespace {

void run_supervised(const Invocation& invocation) {
  const auto config = resolve_options<SupervisedConfig>(invocation);
  TrainingRun run(invocation, config.run, to_json(config));
  SupervisedTask task(config.task, run.input());
  const int64_t classes = run.input().data.class_count();
  run.execute(
      task,
      {.selection = {.split = "validation", .metric = "accuracy"},
       .validation = validation_name(config.task.split),
       .description = task.description()},
      [&](const auto&, Log&, const TrainState&) { return classifier_results(task, classes); });
}

}  // namespace

void add_supervised(CLI::App& app) {
  add_run_command(app, {.name = "supervised",
                        .help = "Train the encoder and a classifier on the labeled images",
                        .fields = describe_fields(SupervisedConfig{}),
                        .run = run_supervised});
}

}  // namespace stl10
