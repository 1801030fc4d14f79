#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stl10/base/compute.h"
#include "stl10/commands/command.h"
#include "stl10/commands/run_options.h"
#include "stl10/data/dataset.h"
#include "stl10/tasks/input.h"
#include "stl10/train/checkpoint.h"

namespace stl10 {

/// What a run works on: its options, the opened data, and what its checkpoints will say of it, to
/// which a command adds what it chose.
struct RunInputs {
  Invocation invocation;
  RunOptions options;
  Compute compute;
  Dataset data;
  Provenance provenance;
  /// What the run goes on from, where the command has opened it already.
  std::optional<Checkpoint> start = {};

  bool resumed() const { return !invocation.resume.empty(); }

  /// What a method is made from; valid as long as this lives, where it is.
  TaskInput input() const;
};

/// Checks the run folder and opens the data: all that can be refused before a method is made.
/// @param config the command's options as JSON. @param parts none: the data isn't looked at.
/// @param inputs files and run folders that the command reads, beside `options.checkpoint`.
/// @throws Error; nothing is written, but for toy data that `options` ask for.
RunInputs open_run(const Invocation& invocation, const RunOptions& options, const Json& config,
                   const Parts& parts = {}, std::vector<std::string> inputs = {});

}  // namespace stl10
