#include "stl10/commands/run_warnings.h"

#include <string>
#include <utility>

namespace stl10 {

void warn_of_limits(const Compute& compute, Log& log) {
  if (compute.threads >= compute.threads_asked) return;
  log.warn("the system lets this process compute on " + std::to_string(compute.threads) + " of " +
           std::to_string(compute.threads_asked) +
           " threads; its limits are `ulimit -u` and the cgroup's pids.max");
}

void warn_of_changes(const Provenance& saved, const Provenance& present, Log& log) {
  const auto threads = [](const Provenance& run) {
    const std::string count = std::to_string(run.threads);
    return run.threads == 0 ? "" : count + (run.threads == 1 ? " thread" : " threads");
  };
  std::string before, now;
  for (const auto& [was, is] :
       {std::pair(saved.device, present.device), std::pair(threads(saved), threads(present)),
        std::pair(saved.precision, present.precision),
        std::pair(saved.instruction_set, present.instruction_set)}) {
    if (was.empty() || was == is) continue;
    before += (before.empty() ? "" : ", ") + was;
    now += (now.empty() ? "" : ", ") + is;
  }
  if (before.empty()) return;
  log.warn("the run so far used " + before + ", it goes on with " + now + ": not to the same bits");
}

void warn_of_schedules(Task& task, int64_t epochs, Log& log) {
  for (const auto& [optimizer, schedule] : task.optimizers()) {
    const double all = static_cast<double>(schedule.frozen_epochs) + schedule.warmup_epochs;
    if (all <= static_cast<double>(epochs)) continue;
    log.warn("the run ends after " + std::to_string(epochs) + (epochs == 1 ? " epoch" : " epochs") +
             ", before the learning rate has warmed up (--schedule.warmup-epochs)");
    return;
  }
}

}  // namespace stl10
