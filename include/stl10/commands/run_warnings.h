#pragma once

#include <cstdint>

#include "stl10/base/compute.h"
#include "stl10/base/log.h"
#include "stl10/train/checkpoint.h"
#include "stl10/train/task.h"

/// What a run says at its start, where it goes on all the same.
namespace stl10 {

/// Warns where the system lets fewer threads be started than were asked for.
void warn_of_limits(const Compute& compute, Log& log);

/// Warns where what equal bits depend on is no longer what it was in the run that is resumed.
void warn_of_changes(const Provenance& saved, const Provenance& present, Log& log);

/// Warns where the run ends before a learning rate has warmed up.
void warn_of_schedules(Task& task, int64_t epochs, Log& log);

}  // namespace stl10
