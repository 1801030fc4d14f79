#include "stl10/commands/commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "stl10/base/cpu.h"
#include "stl10/base/error.h"
#include "stl10/base/interrupt.h"
#include "stl10/base/options.h"
#include "stl10/base/process.h"
#include "stl10/commands/command_line.h"
#include "stl10/commands/failures.h"
#include "stl10/commands/version.h"

namespace stl10 {
namespace {

/// The command that the words chose, as deep as it goes ("data toy").
const CLI::App& chosen(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? "stl10"
                                     : full_name(*app.get_parent()) + " " + app.get_name();
}

/// The word of ours that is most like `word`: a flag or a command.
std::string similar(const CLI::App& command, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) known.push_back(option->get_name());
  for (const CLI::App* sub : command.get_subcommands({})) known.push_back(sub->get_name());
  return nearest(word.substr(0, word.find('=')), known);
}

[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = chosen(app);
  const std::string help = "see " + full_name(command) + " --help";
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError)) {
    const std::vector<std::string> words = app.remaining(/*recurse=*/true);
    const auto second = std::find_if(words.begin(), words.end(), [&](const std::string& word) {
      const auto commands = app.get_subcommands({});
      return std::any_of(commands.begin(), commands.end(),
                         [&](const CLI::App* other) { return other->get_name() == word; });
    });
    if (&command != &app && second != words.end()) {
      throw UsageError({"two commands on one line", "one",
                        "`" + command.get_name() + "` and `" + *second + "`",
                        "run them one after the other"});
    }
    const auto flag = std::find_if(words.begin(), words.end(),
                                   [](const std::string& text) { return text.starts_with("-"); });
    const std::string word = flag == words.end() ? words.front() : *flag;
    const std::string guess = similar(command, word);
    throw UsageError({"unknown word `" + word + "`", "", "",
                      guess.empty() ? help : "did you mean " + guess + "? " + help});
  }
  throw UsageError({error.what(), "", "", help});
}

}  // namespace

std::vector<Command> all_commands() {
#define STL10_MADE(name) name##_command(),
  return {STL10_COMMANDS(STL10_MADE)};
#undef STL10_MADE
}

std::vector<FieldInfo> fields_of(const std::string& command) {
  for (const Command& known : all_commands()) {
    if (known.name == command) return known.fields();
  }
  return {};
}

std::string group_help(const std::string& group) {
  return group == "data" ? "Make and look at data sets" : "";
}

int run_command_line(int argc, char** argv) {
  const InterruptGuard interrupts;
  CLI::App app{"Trains and judges image classifiers on STL-10.", "stl10"};
  app.set_version_flag("--version", version_text);
  app.require_subcommand(0, 1);  // none is refused below, with a better word
  for (const Command& command : all_commands()) add_command(app, command);
  try {
    with_own_errors([&] { app.parse(argc, argv); });
  } catch (const CLI::CallForVersion& call) {
    print_result(std::string(call.what()) + "\n");
    return 0;
  } catch (const CLI::CallForHelp&) {
    print_result(app.help());
    return 0;
  } catch (const CLI::ParseError& error) {
    refuse(app, error);
  }
  if (app.get_subcommands().empty()) {
    throw UsageError({"no command was named", "", "", "see stl10 --help"});
  }
  return 0;
}

}  // namespace stl10
