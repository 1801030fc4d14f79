#pragma once

#include "stl10/base/log.h"
#include "stl10/commands/run.h"
#include "stl10/commands/run_inputs.h"
#include "stl10/train/task.h"

namespace stl10 {

/// The state that a training begins with: of the run itself where it is resumed, else of
/// --checkpoint, unless the command has opened that for the method to build on.
/// @throws UsageError, DataError where it doesn't fit.
TrainState load_start(const RunInputs& inputs, Task& task, Log& log);

/// The part in a training of a process that doesn't lead its group: it computes, and writes
/// nothing.
/// @throws Error; ToldElsewhere where all processes stop for the same cause.
void follow_run(const RunInputs& inputs, Task& task, const TrainingPlan& plan,
                const FinalJudge& judge);

/// Likewise in a command's work.
void follow_work(const RunInputs& inputs, const Work& work);

}  // namespace stl10
