#pragma once

#include <string>
#include <vector>

#include "stl10/commands/command.h"

/// All commands, in the order of `stl10 --help`. Each is made by the function `<name>_command` of
/// its own file; a new one is a line here.
#define STL10_COMMANDS(COMMAND)  \
  COMMAND(supervised)            \
  COMMAND(simclr_pretrain)       \
  COMMAND(dcl_pretrain)          \
  COMMAND(moco_pretrain)         \
  COMMAND(nnclr_pretrain)        \
  COMMAND(byol_pretrain)         \
  COMMAND(simsiam_pretrain)      \
  COMMAND(dino_pretrain)         \
  COMMAND(barlow_twins_pretrain) \
  COMMAND(hsic_pretrain)         \
  COMMAND(vicreg_pretrain)       \
  COMMAND(twist_pretrain)        \
  COMMAND(linear_probe)          \
  COMMAND(finetune)              \
  COMMAND(label_spread)          \
  COMMAND(eval)                  \
  COMMAND(launch)                \
  COMMAND(bench)                 \
  COMMAND(predict)               \
  COMMAND(embed)                 \
  COMMAND(neighbours)            \
  COMMAND(export)                \
  COMMAND(runs)                  \
  COMMAND(report)                \
  COMMAND(data_download)         \
  COMMAND(data_verify)           \
  COMMAND(data_toy)              \
  COMMAND(data_preview)          \
  COMMAND(data_import)           \
  COMMAND(doctor)                \
  COMMAND(reference)

namespace stl10 {

#define STL10_DECLARE(name) Command name##_command();
STL10_COMMANDS(STL10_DECLARE)
#undef STL10_DECLARE

std::vector<Command> all_commands();

/// The options of a command with their defaults; none where it is unknown.
std::vector<FieldInfo> fields_of(const std::string& command);

/// What the commands of a group ("data") have in common, for its help.
std::string group_help(const std::string& group);

/// Parses the command line, runs the command and returns the exit code. @throws Error.
int run_command_line(int argc, char** argv);

}  // namespace stl10
