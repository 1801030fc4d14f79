#pragma once

#include <string>
#include <vector>

#include "stl10/commands/command.h"

namespace CLI {
class App;
}

namespace stl10 {

/// A flag of many commands that is no option of theirs.
struct CommonFlag {
  std::string name, value;  ///< "--config", "FILE"; empty: no value follows
  std::string help;
};

/// --config and --json, and of commands that make a run --resume, --overwrite and --quiet.
std::vector<CommonFlag> common_flags(bool makes_run);

/// An option's help with the range of its values, and its default, as --help shows them.
std::string help_text(const FieldInfo& field);
std::string default_text(const FieldInfo& field);

/// Adds a command with --config, --json, a flag for each option ("--encoder.batch-norm"), the words
/// that it takes and, where it makes a run, --resume, --overwrite and --quiet. A command of a group
/// ("data toy") goes below the group ("data"), which is made with its first command.
void add_command(CLI::App& app, const Command& command);

}  // namespace stl10
