#pragma once

#include <functional>
#include <string>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/base/options_json.h"
#include "stl10/report/run_folder.h"

namespace CLI {
class App;
}

namespace stl10 {

/// One call of a command: the flags that every training command has, and its options' flags as
/// JSON.
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

/// A command that makes a run.
struct RunCommand {
  std::string name, help;
  std::vector<FieldInfo> fields;  ///< its options
  std::function<void(const Invocation&)> run;
  std::string words_help = {};  ///< of the words RUN… that it takes; empty: it takes none
};

/// Adds the command with --config, --resume, --overwrite, --json, --quiet and a flag for each
/// option. Where it takes words, one behind a true|false flag that is neither becomes the first of
/// them.
void add_run_command(CLI::App& app, const RunCommand& command);

/// Adds a flag for every field, "--encoder.batch-norm"; values given go to `flags` under the key.
void add_option_flags(CLI::App& app, const std::vector<FieldInfo>& fields, Json& flags,
                      std::vector<std::string>* words = nullptr);

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

}  // namespace stl10
