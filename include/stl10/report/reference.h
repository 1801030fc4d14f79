#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The reference of all commands and options, as pages and as completion. What there is comes from
/// the commands themselves.
namespace stl10 {

struct OptionInfo {
  std::string flag;           ///< "--learning-rate"
  std::string value;          ///< "number", "a|b|c", "FILE", …; empty: none follows
  std::string default_value;  ///< empty: there is none
  std::string help;

  bool operator==(const OptionInfo&) const = default;
};

struct CommandInfo {
  std::string name;  ///< "supervised", or "data toy", one of a group
  std::string help;
  std::string words;  ///< "RUN…"; empty: it takes none
  std::string words_help;
  std::vector<OptionInfo> options;
};

/// The values that an option's kind names: a, b and c of "a|b|c", true and false; none of numbers
/// and texts.
std::vector<std::string> choices_of(std::string_view kind);

/// A command whose options another one has, too, and what the other one adds, has differently, or
/// lacks.
struct Likeness {
  std::string other;  ///< its name
  std::vector<OptionInfo> own;
  std::vector<std::string> missing;  ///< flags
};

/// The one of `earlier` that shares most options with `command`; empty where none shares three
/// quarters of them.
std::optional<Likeness> likeness_of(const CommandInfo& command,
                                    const std::vector<CommandInfo>& earlier);

/// docs/cli.md.
std::string reference_markdown(const std::vector<CommandInfo>& commands);

/// docs/stl10.1, in the language of man(7).
std::string reference_man(const std::vector<CommandInfo>& commands);

/// Completion for the shells, of commands, flags, values, configs and folders.
std::string bash_completion(const std::vector<CommandInfo>& commands);
std::string zsh_completion(const std::vector<CommandInfo>& commands);

}  // namespace stl10
