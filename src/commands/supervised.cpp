#include <CLI/CLI.hpp>
#include <memory>

#include "stl10/commands/commands.h"
#include "stl10/commands/supervised_config.h"
#include "stl10/commands/training_run.h"
#include "stl10/tasks/metrics.h"

namespace stl10 {
namespace {

constexpr char kCommand[] = "supervised";

FinalResults judge_all(SupervisedTask& task, int64_t classes) {
  const Judgement& test = task.judge_part(JudgedPart::kTest);
  FinalResults results{.metrics = {.train = to_metrics(task.judge_part(JudgedPart::kTrain)),
                                   .test = to_metrics(test)},
                       .predictions = csv_header(classes) + to_csv(test, "test")};
  if (!task.has_validation()) return results;
  const Judgement& validation = task.judge_part(JudgedPart::kValidation);
  results.metrics.validation = to_metrics(validation);
  if (!task.validates_on_test()) results.predictions += to_csv(validation, "validation");
  return results;
}

void run_supervised(const Invocation& invocation) {
  const auto config = resolve_options<SupervisedConfig>(invocation);
  TrainingRun run(invocation, config.run, to_json(config));
  SupervisedTask task(config.task, run.input());
  const int64_t classes = run.input().data.class_count();
  run.execute(task,
              {.selection = {.split = "validation", .metric = "accuracy"},
               .validation = validation_name(config.task.split),
               .description = task.description()},
              [&](const TrainState&) { return judge_all(task, classes); });
}

}  // namespace

void add_supervised(CLI::App& app) {
  const auto invocation = std::make_shared<Invocation>();
  invocation->command = kCommand;
  CLI::App* command =
      app.add_subcommand(kCommand, "Train the encoder and a classifier on the labeled images");
  add_run_flags(*command, *invocation);
  add_option_flags(*command, describe_fields(SupervisedConfig{}), invocation->flags);
  command->callback([invocation] { run_supervised(*invocation); });
}

}  // namespace stl10
