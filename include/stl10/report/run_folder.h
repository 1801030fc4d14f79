#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/base/options_json.h"

namespace stl10 {

/// The names of all files that runs write into their folders, and that --overwrite removes.
std::span<const std::string_view> run_files();

/// Whether a run wrote the folder's config.json: other programs have files of that name, too.
/// Throws nothing.
bool holds_run(const std::filesystem::path& folder);

/// Refuses an `output` that already holds a run (unless it is to be overwritten) or somebody else's
/// files under names of a run's, a file in its place, the name of a link to the newest run, and a
/// folder that the command reads from. Empty: a new folder will be named by the time. Writes
/// nothing.
/// @param inputs files and run folders that the command reads, by whatever path or link.
/// @throws UsageError.
void check_output(const std::string& output, bool overwrite,
                  const std::vector<std::string>& inputs = {});

/// Makes the folder of a new run: `output`, or runs/<command>/<UTC time>/ where that is empty. No
/// two runs get the same one of the latter. @throws IoError.
std::filesystem::path make_run_folder(const std::string& output, const std::string& command);

/// Makes room in a locked folder: refuses a run, or somebody else's files, that came there
/// meanwhile; with `overwrite`, removes the files of the run that it holds, no others. @throws
/// UsageError, IoError.
void clear_run_folder(const std::filesystem::path& folder, bool overwrite);

/// Writes `json`, indented, atomically. @throws IoError.
void save_json(const std::filesystem::path& path, const Json& json);

/// A JSON object, empty where it is missing or damaged. Throws nothing.
Json json_or_empty(const std::filesystem::path& path);

/// Reads a JSON object. @throws IoError where it is missing, ConfigError where it isn't one.
Json load_json(const std::filesystem::path& path);

}  // namespace stl10
