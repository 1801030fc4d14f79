#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stl10/base/options_json.h"

/// What a command is, and the two templates that all are made from: `run_command` for those that
/// make a run, `plain_command` for those that answer with a result alone.
namespace stl10 {

struct BenchSubject;

/// One call of a command: the flags that many have, and its options' flags as JSON.
struct Invocation {
  std::string command;
  std::string config;  ///< a JSON file, or empty
  std::string resume;  ///< a run folder, or empty
  bool overwrite = false;
  bool json = false;
  bool quiet = false;
  Json flags = Json::object();
  std::vector<std::string> words;  ///< beside the flags
};

/// Words without a flag that a command takes, "RUN…"; one behind a true|false flag that is neither
/// becomes the first of them.
struct Words {
  std::string name;  ///< of one, in the help; empty: it takes none
  std::string help;
  void (*apply)(Invocation&) = nullptr;  ///< makes flags of them, before options are resolved
};

/// Sets the flag `key` to the words. @throws UsageError where both were given.
void words_as_flag(Invocation& invocation, const std::string& key, Json words);

/// The same of a command that takes one word at most. @param next what to do with several.
void one_word_as_flag(Invocation& invocation, const std::string& key, const std::string& next);

struct Command {
  std::string name;  ///< "supervised", or "data toy", one of a group
  std::string help;
  std::function<std::vector<FieldInfo>()> fields;  ///< its options
  std::function<void(const Invocation&)> run;
  bool makes_run = false;  ///< it has --resume, --overwrite and --quiet
  Words words = {};
  /// A training of so many steps, or of its own length, to measure; empty where it isn't one.
  std::function<std::unique_ptr<BenchSubject>(const Invocation&,
                                              const std::optional<int64_t>& steps)>
      subject = {};
};

/// What the config file (or, to resume, the run's config) says, without its `command`.
/// @throws ConfigError where it is another command's, IoError where it is missing.
Json config_layer(const Invocation& invocation);

/// Refuses flags that may not change when a run is resumed. @throws UsageError.
void check_resume_flags(const Invocation& invocation);

/// Default < config file < flag.
template <OptionGroup T>
T resolve_options(const Invocation& invocation) {
  T options;
  const std::string source =
      invocation.resume.empty() ? invocation.config : invocation.resume + "/config.json";
  apply_json(options, config_layer(invocation), source);
  if (!invocation.resume.empty()) check_resume_flags(invocation);
  apply_json(options, invocation.flags, "the command line");
  return options;
}

/// The resolved config as run folders and checkpoints hold it: with `command`, without `output`.
Json resolved_config(Json options, const std::string& command);

/// A command that makes a run from the options `Config`.
template <OptionGroup Config>
Command run_command(const std::string& name, const std::string& help,
                    void (*run)(const Invocation&, const Config&), const Words& words = {}) {
  return {.name = name,
          .help = help,
          .fields = [] { return describe_fields(Config{}); },
          .run = [run](const Invocation& call) { run(call, resolve_options<Config>(call)); },
          .makes_run = true,
          .words = words};
}

/// What a command without a run has to say: for programs, and for people.
struct Answer {
  Json json;
  std::string text;
};

/// @throws UsageError where a launcher has started several processes.
void check_alone(const std::string& command);

/// Prints one of the two on stdout. @throws IoError.
void print_answer(const Answer& answer, const Invocation& invocation);

/// A command that makes no run, of the options `Options`.
template <OptionGroup Options>
Command plain_command(const std::string& name, const std::string& help,
                      Answer (*answer)(const Options&), const Words& words = {}) {
  return {.name = name,
          .help = help,
          .fields = [] { return describe_fields(Options{}); },
          .run =
              [answer](const Invocation& call) {
                check_alone(call.command);
                print_answer(answer(resolve_options<Options>(call)), call);
              },
          .words = words};
}

}  // namespace stl10
