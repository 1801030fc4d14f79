#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stl10/commands/command.h"
#include "stl10/commands/run_inputs.h"
#include "stl10/nn/encoder.h"
#include "stl10/train/task.h"

namespace stl10 {

/// A training that is measured: a method with its options, on opened data.
struct BenchSubject {
  RunInputs inputs;  ///< what the task refers to
  std::unique_ptr<Task> task;
  EncoderShape shape;
};

/// The training of `Config`, made of `Method`, with one epoch of `steps` steps; empty: as long as
/// the config says.
template <class Config, class Method>
std::unique_ptr<BenchSubject> bench_subject(const Invocation& invocation,
                                            const std::optional<int64_t>& steps) {
  auto config = resolve_options<Config>(invocation);
  if (steps) {
    config.run.steps_per_epoch = steps;
    config.run.epochs = 1;
  }
  auto subject = std::make_unique<BenchSubject>(BenchSubject{
      .inputs = open_run(invocation, config.run, to_json(config), parts_of(config.task))});
  auto task = std::make_unique<Method>(config.task, subject->inputs.input());
  subject->shape = task->encoder()->shape();
  subject->task = std::move(task);
  return subject;
}

/// All commands that can be measured.
std::vector<Command> measured_commands();

/// The one of them whose config the file is. @throws ConfigError where it is of another.
Command measured_command(const std::string& path);

}  // namespace stl10
