#include "stl10/report/reference.h"

#include "stl10/commands/command_line.h"
#include "stl10/commands/commands.h"

namespace stl10 {
namespace {

/// For whom the reference is written.
enum class ReferenceFormat { kMarkdown, kMan, kBash, kZsh };
std::vector<std::string_view> enum_names(ReferenceFormat) {
  return {"markdown", "man", "bash", "zsh"};
}

struct ReferenceOptions {
  ReferenceFormat format = ReferenceFormat::kMarkdown;
};

template <class Visitor>
void visit_fields(ReferenceOptions& options, Visitor& field) {
  field("format", options.format, "a page of this kind, or completion for a shell");
}

OptionInfo info_of(const FieldInfo& field) {
  return {.flag = flag_of(field.key),
          .value = field.kind,
          .default_value = default_text(field),
          .help = help_text(field)};
}

std::vector<CommandInfo> infos_of_all() {
  std::vector<CommandInfo> infos;
  for (const Command& command : all_commands()) {
    CommandInfo info{.name = command.name,
                     .help = command.help,
                     .words = command.words.name.empty() ? "" : command.words.name + "…",
                     .words_help = command.words.help};
    for (const CommonFlag& flag : common_flags(command.makes_run)) {
      info.options.push_back({.flag = flag.name, .value = flag.value, .help = flag.help});
    }
    for (const FieldInfo& field : command.fields()) info.options.push_back(info_of(field));
    infos.push_back(info);
  }
  return infos;
}

std::string text_as(ReferenceFormat format) {
  const std::vector<CommandInfo> commands = infos_of_all();
  switch (format) {
    case ReferenceFormat::kMan:
      return reference_man(commands);
    case ReferenceFormat::kBash:
      return bash_completion(commands);
    case ReferenceFormat::kZsh:
      return zsh_completion(commands);
    case ReferenceFormat::kMarkdown:
      break;
  }
  return reference_markdown(commands);
}

Answer print_reference(const ReferenceOptions& options) {
  const std::string text = text_as(options.format);
  return {.json = {{"format", name_of(options.format)}, {"text", text}}, .text = text};
}

}  // namespace

Command reference_command() {
  return plain_command("reference",
                       "Print what there is of commands and options, as a page or as completion",
                       print_reference);
}

}  // namespace stl10
