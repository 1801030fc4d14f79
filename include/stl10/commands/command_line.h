#pragma once

#include "stl10/commands/command.h"

namespace CLI {
class App;
}

namespace stl10 {

/// Adds a command with --config, --json, a flag for each option ("--encoder.batch-norm"), the words
/// that it takes and, where it makes a run, --resume, --overwrite and --quiet. A command of a group
/// ("data toy") goes below the group ("data"), which is made with its first command.
void add_command(CLI::App& app, const Command& command);

}  // namespace stl10
