#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stl10/base/group.h"
#include "stl10/train/checkpoint.h"
#include "stl10/train/progress.h"
#include "stl10/train/task.h"

namespace stl10 {

/// Which of the splits that `Task::validate` measures selects the best epoch, by which metric.
struct Selection {
  std::string split = "validation";
  std::string metric = "accuracy";
  bool higher_is_better = true;
};

/// Where a run saves, and what its checkpoints say of it.
struct SavePlan {
  std::filesystem::path folder;  ///< an existing run folder
  Provenance provenance;
};

struct TrainPlan {
  int64_t epochs = 1;
  Selection selection;
  std::optional<SavePlan> save;  ///< empty: nothing is written, as benchmarks want
  /// Each step's input is made beside the step before it, by one thread more.
  bool prepare_ahead = false;
  /// The processes that share each step; all of them call `train`, those that don't lead without
  /// observers and without saving.
  Group group = {};
};

/// Trains from `state` to the last epoch. After every epoch, and when a signal arrives (where an
/// InterruptGuard lives; it is acted on after the same step, on a GPU at most 16 later), the whole
/// state is saved to last.safetensors; best.safetensors follows the selection: the first of equals,
/// and the last epoch while none was measured. Batches and draws depend on (seed, epoch, step)
/// only, so a run that was interrupted anywhere goes on to the same bits. @throws Diverged naming
/// the first step with a sum, or the epoch with a weight or validation metric, that is NaN or
/// infinite (such a state is never saved); Interrupted after saving; IoError when the disk is full.
TrainState train(const TrainPlan& plan, Task& task, TrainState state,
                 const std::vector<Observer*>& observers);

}  // namespace stl10
