#include "stl10/commands/bench_subject.h"

#include "stl10/base/error.h"
#include "stl10/commands/commands.h"

namespace stl10 {
namespace {

std::string names_of(const std::vector<Command>& commands) {
  std::string names;
  for (const Command& command : commands) {
    names += (names.empty() ? "`" : ", `") + command.name + "`";
  }
  return names;
}

}  // namespace

std::vector<Command> measured_commands() {
  std::vector<Command> commands = all_commands();
  std::erase_if(commands, [](const Command& command) { return !command.subject; });
  return commands;
}

Command measured_command(const std::string& path) {
  const std::vector<Command> commands = measured_commands();
  const Json file = load_json(path);
  if (!file.contains("command") || !file["command"].is_string()) {
    throw ConfigError({path + " doesn't say which command it is of", "a key `command`", "none",
                       "add one of " + names_of(commands)});
  }
  const std::string name = file["command"];
  for (const Command& command : commands) {
    if (command.name == name) return command;
  }
  throw ConfigError({path + " is of a command whose training isn't measured",
                     "one of " + names_of(commands), "`" + name + "`", "name another config"});
}

}  // namespace stl10
