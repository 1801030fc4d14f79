#include "stl10/report/reference.h"

#include <algorithm>
#include <cctype>

#include "stl10/report/text.h"

namespace stl10 {
namespace {

const OptionInfo* find_option(const std::vector<OptionInfo>& options, const std::string& flag) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const OptionInfo& one) { return one.flag == flag; });
  return found == options.end() ? nullptr : &*found;
}

/// Text between tags and bars.
std::string in_markdown(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '|' || letter == '<' || letter == '*' || letter == '_') safe += '\\';
    safe += letter;
  }
  return safe;
}

/// Code in a table, where a bar would end the cell.
std::string code_in_table(const std::string& text) {
  if (text.empty()) return "";
  std::string safe;
  for (const char letter : text)
    safe += letter == '|' ? std::string("\\|") : std::string(1, letter);
  return "`" + safe + "`";
}

std::string link_to(const std::string& command) {
  std::string place = command;
  std::replace(place.begin(), place.end(), ' ', '-');
  return "[`" + command + "`](#" + place + ")";
}

std::string option_table(const std::vector<OptionInfo>& options) {
  std::string text = "| option | value | default | |\n|---|---|---|---|\n";
  for (const OptionInfo& option : options) {
    text += "| `" + option.flag + "` | " + code_in_table(option.value) + " | " +
            code_in_table(option.default_value) + " | " + in_markdown(option.help) + " |\n";
  }
  return text;
}

/// "The options of X without A and B, and these:", or what else introduces its own options.
std::string introduction(const Likeness& like, const std::string& name) {
  std::string text = "The options of " + name;
  if (!like.missing.empty()) text += " without " + joined(like.missing, ", ");
  return text + (like.own.empty() ? "." : "; new, or with another default:");
}

std::string usage_of(const CommandInfo& command) {
  return "stl10 " + command.name + " [OPTION…]" +
         (command.words.empty() ? "" : " [" + command.words + "]");
}

// Of man(7): a backslash begins a request, as a dot or an apostrophe does at a line's beginning.
std::string in_roff(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '\\') {
      safe += "\\e";
    } else if (letter == '-') {
      safe += "\\-";
    } else {
      safe += letter;
    }
  }
  return safe.starts_with('.') || safe.starts_with('\'') ? "\\&" + safe : safe;
}

std::string roff_options(const std::vector<OptionInfo>& options) {
  std::string text;
  for (const OptionInfo& option : options) {
    text += ".TP\n\\fB" + in_roff(option.flag) + "\\fR";
    if (!option.value.empty()) text += " \\fI" + in_roff(option.value) + "\\fR";
    text += "\n" + in_roff(option.help);
    if (!option.default_value.empty()) text += " [" + in_roff(option.default_value) + "]";
    text += "\n";
  }
  return text;
}

std::string upper(std::string text) {
  for (char& letter : text) {
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return text;
}

/// Calls f(command, its likeness to an earlier one).
template <class Function>
void for_each_command(const std::vector<CommandInfo>& commands, const Function& f) {
  std::vector<CommandInfo> earlier;
  for (const CommandInfo& command : commands) {
    f(command, likeness_of(command, earlier));
    earlier.push_back(command);
  }
}

}  // namespace

std::vector<std::string> choices_of(std::string_view kind) {
  std::vector<std::string> found;
  for (size_t begin = 0; begin < kind.size();) {
    const size_t end = std::min(kind.find('|', begin), kind.size());
    const std::string_view one = kind.substr(begin, end - begin);
    const bool is_kind = one == "integer" || one == "number" || one == "text" || one == "FILE" ||
                         one == "RUN" || one.starts_with("[");
    if (!is_kind) found.emplace_back(one);
    begin = end + 1;
  }
  return found;
}

std::optional<Likeness> likeness_of(const CommandInfo& command,
                                    const std::vector<CommandInfo>& earlier) {
  std::optional<Likeness> best;
  size_t most = 0;
  for (const CommandInfo& other : earlier) {
    Likeness like{.other = other.name};
    for (const OptionInfo& option : command.options) {
      const OptionInfo* const known = find_option(other.options, option.flag);
      if (known == nullptr || *known != option) like.own.push_back(option);
    }
    for (const OptionInfo& option : other.options) {
      if (!find_option(command.options, option.flag)) like.missing.push_back(option.flag);
    }
    const size_t shared = command.options.size() - like.own.size();
    const bool enough =
        4 * shared >= 3 * command.options.size() && like.missing.size() <= shared / 4;
    if (!enough || shared <= most) continue;
    most = shared;
    best = like;
  }
  return best;
}

std::string reference_markdown(const std::vector<CommandInfo>& commands) {
  std::string text =
      "# Commands and options\n\nMade by `stl10 reference --format markdown`; `stl10 COMMAND "
      "--help` says the same. Every option is a key of a `--config` file, too: "
      "`--encoder.batch-norm true` is `{\"encoder\": {\"batch_norm\": true}}`.\n\n";
  for (const CommandInfo& command : commands) {
    text += "- " + link_to(command.name) + ": " + in_markdown(command.help) + "\n";
  }
  for_each_command(commands, [&](const CommandInfo& command, const std::optional<Likeness>& like) {
    text += "\n## " + command.name + "\n\n" + in_markdown(command.help) + ".\n\n    " +
            usage_of(command) + "\n\n";
    if (!command.words.empty()) {
      text += "`" + command.words + "`: " + in_markdown(command.words_help) + ".\n\n";
    }
    if (like) text += introduction(*like, link_to(like->other)) + "\n";
    if (like && like->own.empty()) return;
    text += (like ? "\n" : "") + option_table(like ? like->own : command.options);
  });
  return text;
}

std::string reference_man(const std::vector<CommandInfo>& commands) {
  std::string text =
      ".TH STL10 1\n.SH NAME\nstl10 \\- train and judge image classifiers on STL\\-10\n"
      ".SH SYNOPSIS\n.B stl10\n\\fICOMMAND\\fR [\\fIOPTION\\fR\\&...] [\\fIWORD\\fR\\&...]\n"
      ".SH DESCRIPTION\nEvery command has \\fB\\-\\-help\\fR. Options are flags, or keys of a JSON "
      "file that \\fB\\-\\-config\\fR names; a flag beats the file, the file the default, which "
      "stands in brackets.\n.SH COMMANDS\n";
  for_each_command(commands, [&](const CommandInfo& command, const std::optional<Likeness>& like) {
    text += ".SS " + in_roff(upper(command.name)) + "\n" + in_roff(command.help) + ".\n.PP\n.B " +
            in_roff(usage_of(command)) + "\n";
    if (!command.words.empty()) {
      text += ".TP\n\\fI" + in_roff(command.words) + "\\fR\n" + in_roff(command.words_help) + "\n";
    }
    if (like) text += ".PP\n" + in_roff(introduction(*like, like->other)) + "\n";
    text += roff_options(like ? like->own : command.options);
  });
  return text +
         ".SH EXIT STATUS\n0: done. 1: a file, the data or another process failed. 2: what was "
         "asked for can't be. 3: training diverged. 128 + N: ended by signal N, after saving.\n";
}

}  // namespace stl10
