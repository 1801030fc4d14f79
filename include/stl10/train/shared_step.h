#pragma once

#include <vector>

#include "stl10/base/group.h"
#include "stl10/train/task.h"

namespace stl10 {

/// What one process says of a step, and all of them together.
struct StepVote {
  int signal = 0;    ///< the one that interrupts the run; 0: none
  bool bad = false;  ///< a sum was NaN or infinite
};

/// Sums the gradients of all optimizers' parameters over the group, and the votes in the same
/// buffer, so that all processes decide alike in the same step. A parameter without a gradient
/// counts as zero and gets one. @return the group's vote; in a group of one, `own`.
StepVote share_step(const Group& group, const std::vector<ScheduledOptimizer>& optimizers,
                    const StepVote& own);

/// Throws where the processes' weights or buffers have parted. @throws GroupError with the name of
/// the first tensor that differs.
void check_same_weights(const Group& group, const torch::nn::Module& network);

}  // namespace stl10
