#pragma once

#include <string>

#include "stl10/commands/bench_subject.h"
#include "stl10/commands/command.h"
#include "stl10/commands/run_options.h"
#include "stl10/tasks/pretraining.h"

/// The one template of all `<method>-pretrain` commands.
namespace stl10 {

/// The keys of `stl10 <method>-pretrain`.
template <class Method>
struct PretrainingConfig {
  RunOptions run{.epochs = 42, .steps_per_epoch = 180};
  typename Method::Options task;
};

template <class Method, class Visitor>
void visit_fields(PretrainingConfig<Method>& config, Visitor& field) {
  visit_fields(config.run, field);
  visit_fields(config.task, field);
}

/// The parts of the data that pretraining reads.
Parts parts_of(const PretrainingOptions& options);

/// Trains, watches, judges and reports; `inputs` learn what the encoder is. @throws Error.
void pretrain(RunInputs& inputs, PretrainingTask& task, const PretrainingOptions& options);

template <class Method>
Command pretraining_command(const std::string& name, const std::string& help) {
  using Config = PretrainingConfig<Method>;
  Command command =
      run_command<Config>(name, help, [](const Invocation& invocation, const Config& config) {
        RunInputs inputs = open_run(invocation, config.run, to_json(config), parts_of(config.task));
        Method task(config.task, inputs.input());
        pretrain(inputs, task, config.task);
      });
  command.subject = bench_subject<Config, Method>;
  return command;
}

}  // namespace stl10
