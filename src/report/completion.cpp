#include <algorithm>
#include <map>
#include <set>

#include "stl10/report/reference.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

/// The first word of a command's name.
std::string group_of(const CommandInfo& command) {
  return command.name.substr(0, command.name.find(' '));
}

bool is_grouped(const CommandInfo& command) { return command.name.find(' ') != std::string::npos; }

/// First words, each once, in their order.
std::vector<std::string> first_words(const std::vector<CommandInfo>& commands) {
  std::vector<std::string> words;
  for (const CommandInfo& command : commands) {
    const std::string word = group_of(command);
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
  return words;
}

/// Second words by first ones.
std::map<std::string, std::vector<std::string>> second_words(
    const std::vector<CommandInfo>& commands) {
  std::map<std::string, std::vector<std::string>> words;
  for (const CommandInfo& command : commands) {
    if (!is_grouped(command)) continue;
    words[group_of(command)].push_back(command.name.substr(command.name.find(' ') + 1));
  }
  return words;
}

/// What follows a flag: the values of all commands that have it, or a kind of path.
struct FlagValues {
  std::set<std::string> choices;
  enum class Path { kAny, kConfig, kFolder } path = Path::kAny;
};

FlagValues::Path path_of(const OptionInfo& option) {
  if (option.value == "FILE") return FlagValues::Path::kConfig;
  const std::set<std::string> folders = {"--data-dir", "--output", "--resume", "--checkpoint",
                                         "--runs"};
  return folders.contains(option.flag) ? FlagValues::Path::kFolder : FlagValues::Path::kAny;
}

std::map<std::string, FlagValues> values_by_flag(const std::vector<CommandInfo>& commands) {
  std::map<std::string, FlagValues> values;
  for (const CommandInfo& command : commands) {
    for (const OptionInfo& option : command.options) {
      if (option.value.empty()) continue;
      FlagValues& of_flag = values[option.flag];
      of_flag.path = path_of(option);
      for (const std::string& choice : choices_of(option.value)) {
        if (choice != "null" || of_flag.path != FlagValues::Path::kFolder) {
          of_flag.choices.insert(choice);
        }
      }
    }
  }
  return values;
}

std::vector<std::string> flags_of(const CommandInfo& command) {
  std::vector<std::string> flags = {"--help"};
  for (const OptionInfo& option : command.options) flags.push_back(option.flag);
  return flags;
}

std::string in_a_row(const std::set<std::string>& choices) {
  return joined({choices.begin(), choices.end()}, " ");
}

/// What a flag is followed by, as a line of bash.
std::string bash_values(const FlagValues& values) {
  if (!values.choices.empty()) return "_stl10_offer \"" + in_a_row(values.choices) + "\"";
  switch (values.path) {
    case FlagValues::Path::kConfig:
      return "_stl10_paths '*.json'";
    case FlagValues::Path::kFolder:
      return "_stl10_folders";
    case FlagValues::Path::kAny:
      break;
  }
  return "_stl10_paths";
}

/// In single quotes of zsh, inside a specification in which brackets and colons have a meaning.
std::string zsh_text(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '\'') {
      safe += "'\\''";
    } else {
      if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') safe += '\\';
      safe += letter;
    }
  }
  return safe;
}

std::string zsh_action(const OptionInfo& option) {
  const std::vector<std::string> choices = choices_of(option.value);
  switch (path_of(option)) {
    case FlagValues::Path::kConfig:
      return "_files -g \"*.json\"";
    case FlagValues::Path::kFolder:
      return "_files -/";
    case FlagValues::Path::kAny:
      break;
  }
  return choices.empty() ? "_files" : "(" + joined(choices, " ") + ")";
}

std::string zsh_options(const CommandInfo& command, const std::string& indent) {
  std::string text = indent + "_arguments \\\n";
  for (const OptionInfo& option : command.options) {
    text += indent + "  '" + option.flag + "[" + zsh_text(option.help) + "]";
    if (!option.value.empty()) {
      text += ":" + zsh_text(option.value) + ":" + zsh_action(option);
    }
    text += "' \\\n";
  }
  return text + indent + "  '*:" + zsh_text(command.words.empty() ? "path" : command.words) +
         ":_files' ;;\n";
}

/// "(\n 'name:help' …)".
std::string zsh_described(const std::vector<std::pair<std::string, std::string>>& words) {
  std::string text = "(\n";
  for (const auto& [word, help] : words) text += "    '" + word + ":" + zsh_text(help) + "'\n";
  return text + "  )\n";
}

}  // namespace

std::string bash_completion(const std::vector<CommandInfo>& commands) {
  std::string text =
      "# Completion of stl10 for bash, made by `stl10 reference --format bash`.\n\n"
      "_stl10_offer() { COMPREPLY=($(compgen -W \"$1\" -- \"$current\")); }\n"
      "_stl10_folders() {\n  compopt -o filenames 2>/dev/null\n"
      "  mapfile -t COMPREPLY < <(compgen -d -- \"$current\")\n}\n"
      "_stl10_paths() {\n  compopt -o filenames 2>/dev/null\n"
      "  mapfile -t COMPREPLY < <(compgen -f -X \"${1:+!$1}\" -- \"$current\"; "
      "[[ -z ${1:-} ]] || compgen -d -- \"$current\")\n}\n\n"
      "_stl10() {\n  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - "
      "1]}\n  local command=${COMP_WORDS[1]} first=2\n  COMPREPLY=()\n"
      "  if ((COMP_CWORD == 1)); then\n    _stl10_offer \"" +
      joined(first_words(commands), " ") + " --help --version\"\n    return\n  fi\n";
  for (const auto& [group, words] : second_words(commands)) {
    text += "  if [[ $command == " + group + " ]]; then\n    if ((COMP_CWORD == 2)); then\n" +
            "      _stl10_offer \"" + joined(words, " ") + "\"\n      return\n    fi\n" +
            "    command+=\" ${COMP_WORDS[2]}\"\n    first=3\n  fi\n";
  }
  text += "  if ((COMP_CWORD > first)); then\n    case $previous in\n";
  for (const auto& [flag, values] : values_by_flag(commands)) {
    text += "      " + flag + ") " + bash_values(values) + "; return ;;\n";
  }
  text +=
      "    esac\n  fi\n  if [[ $current != -* ]]; then\n    _stl10_paths\n    return\n  fi\n"
      "  case $command in\n";
  for (const CommandInfo& command : commands) {
    text += "    \"" + command.name + "\") _stl10_offer \"" + joined(flags_of(command), " ") +
            "\" ;;\n";
  }
  return text + "  esac\n}\ncomplete -F _stl10 stl10\n";
}

std::string zsh_completion(const std::vector<CommandInfo>& commands) {
  std::vector<std::pair<std::string, std::string>> first;
  for (const std::string& word : first_words(commands)) {
    const auto named = std::find_if(commands.begin(), commands.end(),
                                    [&](const CommandInfo& one) { return one.name == word; });
    first.emplace_back(word, named == commands.end() ? "several commands" : named->help);
  }
  std::string text =
      "#compdef stl10\n# Completion of stl10 for zsh, made by `stl10 reference --format zsh`.\n\n"
      "_stl10() {\n  local -a commands\n  commands=" +
      zsh_described(first) +
      "  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n"
      "  local command=$words[2]\n";
  for (const auto& [group, words] : second_words(commands)) {
    text += "  if [[ $command == " + group + " ]]; then\n    if ((CURRENT == 3)); then\n" +
            "      compadd " + joined(words, " ") + "\n      return\n    fi\n" +
            "    command+=\" $words[3]\"\n    shift words\n    ((CURRENT--))\n  fi\n";
  }
  text += "  shift words\n  ((CURRENT--))\n  case $command in\n";
  for (const CommandInfo& command : commands) {
    text += "    \"" + command.name + "\")\n" + zsh_options(command, "      ");
  }
  return text + "  esac\n}\n\n_stl10 \"$@\"\n";
}

}  // namespace stl10
