#include "stl10/commands/run_start.h"

#include <functional>

#include "stl10/base/error.h"
#include "stl10/commands/failures.h"
#include "stl10/commands/run_warnings.h"

namespace stl10 {
namespace {

void check_data(const std::filesystem::path& path, const Provenance& saved,
                const Provenance& present) {
  if (saved.data == present.data) return;
  throw UsageError({path.string() + " was trained on other images", saved.data, present.data,
                    "name the same data with --data-dir, or start a new run with --checkpoint"});
}

/// `work` in a process that rank 0 speaks for.
void follow(const std::function<void(Log&)>& work) {
  Log log;
  log.silence();
  try {
    with_own_errors([&] { work(log); });
  } catch (const Diverged& error) {  // as all of them see it
    throw ToldElsewhere(error.exit_code());
  } catch (const Interrupted& error) {
    throw ToldElsewhere(error.exit_code());
  }
}

}  // namespace

TrainState load_start(const RunInputs& inputs, Task& task, Log& log) {
  if (!inputs.resumed() && (!inputs.options.checkpoint || inputs.start)) return {};
  const Checkpoint start = inputs.start ? *inputs.start
                                        : Checkpoint(inputs.resumed() ? inputs.invocation.resume
                                                                      : *inputs.options.checkpoint);
  check_classes(start, inputs.provenance.class_names, "name the data that it was trained on");
  if (!inputs.resumed()) {
    start.load_into(task.network());
    return {};
  }
  check_data(start.file(), start.provenance(), inputs.provenance);
  TrainState state = start.restore(task);
  if (inputs.compute.group.leads()) warn_of_changes(start.provenance(), inputs.provenance, log);
  return state;
}

void follow_run(const RunInputs& inputs, Task& task, const TrainingPlan& plan,
                const FinalJudge& judge) {
  follow([&](Log& log) {
    const TrainState start = load_start(inputs, task, log);
    const TrainState state = train({.epochs = inputs.options.epochs,
                                    .selection = plan.selection,
                                    .prepare_ahead = has_free_core(inputs.compute),
                                    .group = inputs.compute.group},
                                   task, start, {});
    judge(inputs.options.output, log, state);
  });
}

void follow_work(const RunInputs& inputs, const Work& work) {
  follow([&](Log& log) {
    TrainState state;
    work(inputs.options.output, log, state);
  });
}

}  // namespace stl10
