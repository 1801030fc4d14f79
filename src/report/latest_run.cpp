#include "stl10/report/latest_run.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/report/run_folder.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

/// A folder by its name from here, if it lies below.
fs::path shortest(const fs::path& folder) {
  std::error_code error;
  const fs::path from_here = fs::proximate(folder, error);
  return error || from_here.empty() || *from_here.begin() == ".." ? folder : from_here;
}

bool is_done(const fs::path& run) {
  try {
    return load_json(run / "summary.json").value("status", "") == "done";
  } catch (const std::exception&) {
    return false;  // it has none, or not one of ours
  }
}

/// When a run ended; the beginning of time where it has no summary.
fs::file_time_type end_of(const fs::path& run) {
  std::error_code error;
  const fs::file_time_type time = fs::last_write_time(run / "summary.json", error);
  return error ? fs::file_time_type::min() : time;
}

/// The one of several runs that ended last; empty where there are none.
fs::path last_ended(const std::vector<fs::path>& runs) {
  const auto newest =
      std::max_element(runs.begin(), runs.end(),
                       [](const fs::path& a, const fs::path& b) { return end_of(a) < end_of(b); });
  return newest == runs.end() ? fs::path() : *newest;
}

std::vector<fs::path> finished_runs(const fs::path& parent) {
  std::vector<fs::path> runs;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (!entry.is_symlink(error) && is_done(entry.path())) runs.push_back(entry.path());
  }
  return runs;
}

bool is_link_called_latest(const fs::path& path) {
  const fs::path whole = (path / "").parent_path();
  std::error_code error;
  return whole.filename() == latest_link("any").filename() && fs::is_symlink(whole, error);
}

}  // namespace

fs::path latest_link(const std::string& command) { return fs::path("runs") / command / "latest"; }

void mark_latest(const fs::path& folder, const std::string& command) {
  const fs::path link = latest_link(command);
  const fs::path temporary = link.string() + ".tmp" + std::to_string(::getpid());
  make_folder(link.parent_path());
  std::error_code error, ignored;
  const fs::path target = fs::relative(folder, link.parent_path(), error);
  if (!error) fs::create_symlink(target, temporary, error);
  if (!error) fs::rename(temporary, link, error);
  if (!error) return;
  fs::remove(temporary, ignored);
  throw IoError({"cannot make the link " + link.string(), "", error.message(),
                 "name the run by its folder, " + folder.string()});
}

fs::path latest_run(const std::string& command) {
  const fs::path link = latest_link(command);
  std::error_code error;
  const fs::path target = fs::canonical(link, error);
  return error ? last_ended(finished_runs(link.parent_path())) : shortest(target);
}

std::vector<fs::path> latest_runs() {
  std::vector<std::pair<fs::file_time_type, fs::path>> runs;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("runs", error)) {
    const fs::path run = latest_run(entry.path().filename().string());
    if (!run.empty()) runs.emplace_back(end_of(run), run);
  }
  std::sort(runs.begin(), runs.end(), std::greater<>());
  std::vector<fs::path> newest_first;
  for (const auto& [time, run] : runs) newest_first.push_back(run);
  return newest_first;
}

std::vector<std::string> without_latest_twins(const std::vector<std::string>& folders) {
  std::vector<std::string> kept;
  for (const std::string& folder : folders) {
    const bool twin =
        is_link_called_latest(folder) &&
        std::any_of(folders.begin(), folders.end(), [&](const std::string& other) {
          std::error_code error;
          return !is_link_called_latest(other) && fs::equivalent(folder, other, error);
        });
    if (!twin) kept.push_back(folder);
  }
  return kept;
}

}  // namespace stl10
