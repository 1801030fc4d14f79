#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/base/options_json.h"

namespace stl10 {

/// Refuses an `output` that already holds a run, a file in its place, and the name of the link to
/// the newest run. Empty: a new folder will be named by the time. Writes nothing. @throws
/// UsageError.
void check_output(const std::string& output, const std::string& command, bool overwrite);

/// Makes the folder of a new run: `output`, or runs/<command>/<UTC time>/ where that is empty. No
/// two runs get the same one of the latter. @throws IoError.
std::filesystem::path make_run_folder(const std::string& output, const std::string& command);

/// Makes room in a locked folder: refuses a run that came there meanwhile; with `overwrite`,
/// removes the files of the run that it holds, no others. @throws UsageError, IoError.
void clear_run_folder(const std::filesystem::path& folder, bool overwrite);

/// Points runs/<command>/latest at `folder`. @throws IoError.
void mark_latest(const std::filesystem::path& folder, const std::string& command);

/// The newest finished run of a command as its folder is called; empty where there is none.
std::filesystem::path latest_run(const std::string& command);

/// The newest of the latest runs of several commands; empty where none has any.
std::filesystem::path newest_run(const std::vector<std::string>& commands);

/// Writes `json`, indented, atomically. @throws IoError.
void save_json(const std::filesystem::path& path, const Json& json);

/// Reads a JSON object. @throws IoError where it is missing, ConfigError where it isn't one.
Json load_json(const std::filesystem::path& path);

}  // namespace stl10
