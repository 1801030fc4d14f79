#include "stl10/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <sstream>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/process.h"
#include "stl10/commands/commands.h"
#include "stl10/report/run_folder.h"

namespace stl10 {
namespace {

/// The number that all of `text` spells, as people and scripts write it (.002, 1.e-3, 007), or
/// null.
template <class T>
Json number_of(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? Json(value) : Json(nullptr);
}

/// An item of a list whose kind is "[integer, …]", "[number, …]" or "[text, …]".
Json item_of(const std::string& kind, const std::string& text) {
  Json number;
  if (kind.starts_with("[integer")) number = number_of<int64_t>(text);
  if (number.is_null() && !kind.starts_with("[text")) number = number_of<double>(text);
  return number.is_null() ? Json(text) : number;
}

/// The items of "1,2" or "[1, 2]": numbers, or texts as they are. Not parsed as JSON, which may
/// nest without end.
Json list_of(std::string text, const std::string& kind) {
  if (text.starts_with("[") && text.ends_with("]")) text = text.substr(1, text.size() - 2);
  Json list = Json::array();
  std::istringstream items(text);
  for (std::string item; std::getline(items >> std::ws, item, ',');) {
    item.erase(item.find_last_not_of(' ') + 1);
    list.push_back(item_of(kind, item));
  }
  return list;
}

/// A flag's text as JSON of its field's kind; what doesn't fit stays text and is refused, with the
/// expected kind, by `apply_json`.
Json value_of(const FieldInfo& field, const std::string& text) {
  if (text == "null" && field.kind.ends_with("|null")) return nullptr;
  const size_t list = field.kind.find('[');  // alone, or beside one value for all
  if (list == 0 || (list != std::string::npos && text.find_first_of("[,") != std::string::npos)) {
    return list_of(text, field.kind.substr(list));
  }
  if (field.kind.starts_with("true|false") && (text == "true" || text == "false")) {
    return text == "true";
  }
  Json number;
  if (field.kind.find("integer") != std::string::npos) number = number_of<int64_t>(text);
  if (number.is_null() && !field.default_value.is_string() && !field.kind.starts_with("text")) {
    number = number_of<double>(text);
  }
  return number.is_null() ? Json(text) : number;
}

void set_nested(Json& flags, const std::string& key, Json value) {
  std::string pointer = "/" + key;
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  flags[Json::json_pointer(pointer)] = std::move(value);
}

void add_common_flags(CLI::App& app, bool makes_run, Invocation& invocation) {
  const CLI::Validator named(
      [](const std::string& text) {
        if (text.empty()) return std::string("is empty");
        return is_utf8(text) ? std::string() : "is not UTF-8";
      },
      "");
  const std::map<std::string, std::string*> texts = {{"--config", &invocation.config},
                                                     {"--resume", &invocation.resume}};
  const std::map<std::string, bool*> switches = {{"--json", &invocation.json},
                                                 {"--overwrite", &invocation.overwrite},
                                                 {"--quiet", &invocation.quiet}};
  for (const CommonFlag& flag : common_flags(makes_run)) {
    if (flag.value.empty()) {
      app.add_flag(flag.name, *switches.at(flag.name), flag.help);
    } else {
      app.add_option(flag.name, *texts.at(flag.name), flag.help)
          ->type_name(flag.value)
          ->check(named);
    }
  }
}

/// Adds a flag for every field; values given go to `flags` under the key. @param words where a word
/// goes that stands behind a true|false flag; null: it is a wrong value.
void add_option_flags(CLI::App& app, const std::vector<FieldInfo>& fields, Json& flags,
                      std::vector<std::string>* words) {
  for (const FieldInfo& field : fields) {
    const std::string value = default_text(field);
    CLI::Option* option = app.add_option_function<std::string>(
                                 flag_of(field.key),
                                 [field, &flags, words](const std::string& text) {
                                   // An unset variable of a script, most often: not what was meant.
                                   if (text.empty())
                                     throw UsageError({flag_of(field.key) + " is empty", field.kind,
                                                       "", "give a value, or leave it out"});
                                   const Json given = value_of(field, text);
                                   const bool is_word = words != nullptr && given.is_string() &&
                                                        field.kind == "true|false";
                                   if (is_word) words->insert(words->begin(), text);
                                   set_nested(flags, field.key, is_word ? Json(true) : given);
                                 },
                                 help_text(field))
                              ->type_name(field.kind)
                              ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    if (field.kind.starts_with("true|false")) {
      // Alone it means true: CLI11 takes its `default_str` for that.
      option->expected(0, 1)->default_str("true")->option_text(field.kind + "=" + value);
    } else {
      option->default_str(value);
    }
  }
}

/// The parent of a command of a group, made where it isn't there.
CLI::App& group_of(CLI::App& app, const std::string& name) {
  for (CLI::App* known : app.get_subcommands({})) {
    if (known->get_name() == name) return *known;
  }
  CLI::App* group = app.add_subcommand(name, group_help(name));
  group->require_subcommand(0, 1);
  group->callback([group, name] {
    if (!group->get_subcommands().empty()) return;
    throw UsageError(
        {"`" + name + "` needs to know what to do", "", "", "see stl10 " + name + " --help"});
  });
  return *group;
}

}  // namespace

std::vector<CommonFlag> common_flags(bool makes_run) {
  const std::string result = makes_run ? "the summary" : "the result";
  std::vector<CommonFlag> flags = {
      {"--config", "FILE", "JSON file with options; flags override it"},
      {"--json", "", "print " + result + " as one JSON object"}};
  if (!makes_run) return flags;
  flags.push_back({"--resume", "RUN", "go on with an interrupted run"});
  flags.push_back({"--overwrite", "", "replace the run that --output holds"});
  flags.push_back({"--quiet", "", "no progress on stderr"});
  return flags;
}

std::string help_text(const FieldInfo& field) {
  return field.range.empty() ? field.help : field.help + " (" + field.range + ")";
}

std::string default_text(const FieldInfo& field) {
  const Json& value = field.default_value;
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void add_command(CLI::App& app, const Command& command) {
  const auto invocation = std::make_shared<Invocation>();
  invocation->command = command.name;
  const size_t space = command.name.find(' ');
  CLI::App& parent =
      space == std::string::npos ? app : group_of(app, command.name.substr(0, space));
  CLI::App* sub = parent.add_subcommand(
      command.name.substr(space == std::string::npos ? 0 : space + 1), command.help);
  const bool takes_words = !command.words.name.empty();
  // Before the flags, which may add to what it sets.
  if (takes_words) {
    sub->add_option(command.words.name, invocation->words, command.words.help)->type_name("");
  }
  add_common_flags(*sub, command.makes_run, *invocation);
  add_option_flags(*sub, command.fields(), invocation->flags,
                   takes_words ? &invocation->words : nullptr);
  sub->callback([invocation, command] {
    if (command.words.apply != nullptr) command.words.apply(*invocation);
    command.run(*invocation);
  });
}

Json config_layer(const Invocation& invocation) {
  std::string path = invocation.config;
  if (!invocation.resume.empty()) path = invocation.resume + "/config.json";
  if (path.empty()) return Json::object();
  Json config = load_json(path);
  if (config.contains("command")) {
    if (config["command"] != invocation.command) {
      throw ConfigError({path + " belongs to another command", "`" + invocation.command + "`",
                         config["command"].dump(), "use that command, or another config"});
    }
    config.erase("command");
  }
  return config;
}

void check_resume_flags(const Invocation& invocation) {
  const bool changed_run = !invocation.config.empty() || invocation.overwrite;
  for (const auto& [key, value] : invocation.flags.items()) {
    if (key == "threads" || key == "device" || key == "data_dir" || key == "join_seconds" ||
        key == "exchange_seconds") {
      continue;
    }
    throw UsageError({"a resumed run keeps its options", "only --threads, --device or --data-dir",
                      flag_of(key), "leave it out, or start a new run"});
  }
  if (changed_run) {
    throw UsageError({"--resume goes on with the run's own config", "no --config or --overwrite",
                      invocation.overwrite ? "--overwrite" : "--config", "leave it out"});
  }
}

void words_as_flag(Invocation& invocation, const std::string& key, Json words) {
  if (invocation.flags.contains(key)) {
    throw UsageError(
        {"an option is given twice", "words or " + flag_of(key), "both", "leave one out"});
  }
  invocation.flags[key] = std::move(words);
}

void one_word_as_flag(Invocation& invocation, const std::string& key, const std::string& next) {
  const std::vector<std::string>& words = invocation.words;
  if (words.size() > 1) {
    throw UsageError({invocation.command + " takes one word", "at most 1",
                      std::to_string(words.size()) + " of them", next});
  }
  if (!words.empty()) words_as_flag(invocation, key, words.front());
}

void print_answer(const Answer& answer, const Invocation& invocation) {
  print_result(invocation.json ? answer.json.dump(2) + "\n" : answer.text);
}

Json resolved_config(Json options, const std::string& command) {
  Json config = {{"command", command}};
  for (const char* key : {"output", "join_seconds", "exchange_seconds"}) options.erase(key);
  config.update(options);
  return config;
}

}  // namespace stl10
