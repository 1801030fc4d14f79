#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace stl10 {

/// runs/<command>/latest.
std::filesystem::path latest_link(const std::string& command);

/// Points runs/<command>/latest at `folder`. @throws IoError.
void mark_latest(const std::filesystem::path& folder, const std::string& command);

/// The newest finished run of a command as its folder is called: where `latest` points, or, where
/// that run is gone, the newest one that is still in runs/<command>; empty where there is none.
std::filesystem::path latest_run(const std::string& command);

/// The latest runs of all commands that have one, the newest first.
std::vector<std::filesystem::path> latest_runs();

/// `folders` without links called `latest` to others of them: the shell makes both of
/// runs/<command>/*.
std::vector<std::string> without_latest_twins(const std::vector<std::string>& folders);

}  // namespace stl10
