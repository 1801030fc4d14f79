#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "stl10/base/options_json.h"

namespace stl10 {

/// Where a command writes: `output`, or runs/<command>/<UTC time>/ where that is empty.
std::filesystem::path run_folder_path(const std::string& output, const std::string& command);

/// Refuses a folder that already holds a run, or a file in its place. Writes nothing.
/// @throws UsageError.
void check_run_folder(const std::filesystem::path& folder, bool overwrite);

/// Makes the folder; with `overwrite`, the files of the run that it held are removed, no others.
/// @throws IoError.
void make_run_folder(const std::filesystem::path& folder, bool overwrite);

/// Points runs/<command>/latest at `folder`. @throws IoError.
void mark_latest(const std::filesystem::path& folder, const std::string& command);

/// Writes `json`, indented, atomically. @throws IoError.
void save_json(const std::filesystem::path& path, const Json& json);

/// Reads a JSON object. @throws IoError where it is missing, ConfigError where it isn't one.
Json load_json(const std::filesystem::path& path);

}  // namespace stl10
