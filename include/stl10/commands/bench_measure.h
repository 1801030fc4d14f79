#pragma once

#include <filesystem>

#include "stl10/base/compute.h"
#include "stl10/base/options_json.h"
#include "stl10/commands/bench_config.h"
#include "stl10/nn/encoder.h"
#include "stl10/train/task.h"

namespace stl10 {

/// Runs the training loop of `task` without its judging and takes the time of its stages; then what
/// this machine can do at best. Where `config` names a trace, it is written.
/// @return the figures of `bench --json` but the command's name.
Json measure_training(Task& task, const EncoderShape& shape, const Compute& compute,
                      const BenchConfig& config);

}  // namespace stl10
