#include "stl10/tasks/supervised.h"

#include "stl10/commands/bench_subject.h"
#include "stl10/commands/classifier_results.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/run.h"
#include "stl10/commands/supervised_config.h"
#include "stl10/tasks/pretrained.h"

namespace stl10 {
namespace {

void run_supervised(const Invocation& invocation, const SupervisedConfig& config) {
  RunInputs inputs = open_run(invocation, config.run, to_json(config));
  SupervisedTask task(config.task, inputs.input());
  inputs.provenance.encoder =
      encoder_json(config.task.sized_encoder(), task.encoder()->shape().taps.front().first);
  const int64_t classes = inputs.data.class_count();
  train_run(
      inputs, task,
      {.selection = {.split = "validation", .metric = "accuracy"},
       .validation = validation_name(config.task.split),
       .description = task.description()},
      [&](const auto&, Log&, const TrainState&) { return classifier_results(task, classes); });
}

}  // namespace

Command supervised_command() {
  Command command = run_command(
      "supervised", "Train the encoder and a classifier on the labeled images", run_supervised);
  command.subject = bench_subject<SupervisedConfig, SupervisedTask>;
  return command;
}

}  // namespace stl10
