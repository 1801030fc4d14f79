#include "stl10/report/run_folder.h"

#include <unistd.h>

#include <ctime>
#include <system_error>

#include "stl10/base/error.h"
#include "stl10/base/file.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRunFiles[] = {
    "config.json",      "environment.json", "metrics.jsonl",   "log.txt",
    "last.safetensors", "best.safetensors", "predictions.csv", "summary.json",
    "curves.svg",       "floors.json",      "features.json",   "features.safetensors"};

fs::path latest_link(const std::string& command) { return fs::path("runs") / command / "latest"; }

[[noreturn]] void refuse_run(const fs::path& folder) {
  throw UsageError({folder.string() + " already holds a run", "", "",
                    "go on with --resume " + folder.string() +
                        ", replace it with --overwrite, or choose another --output"});
}

}  // namespace

void check_output(const std::string& output, const std::string& command, bool overwrite) {
  if (output.empty()) return;
  const fs::path folder = output;
  if (fs::absolute(folder / "").lexically_normal() ==
      fs::absolute(latest_link(command) / "").lexically_normal()) {
    throw UsageError({output + " is the link to the newest run", "a folder of its own", "",
                      "choose another --output"});
  }
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw UsageError(
        {output + " can't hold a run", "a folder", "a file", "choose another --output"});
  }
  if (!overwrite && fs::exists(folder / "config.json")) refuse_run(folder);
}

fs::path make_run_folder(const std::string& output, const std::string& command) {
  if (!output.empty()) {
    make_folder(output);
    return output;
  }
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &utc);
  const fs::path parent = latest_link(command).parent_path();
  make_folder(parent);
  fs::path folder = parent / stamp;
  std::error_code error;
  // Creating a folder is atomic: of runs that start in the same second, one gets each name.
  for (int i = 2; !fs::create_directory(folder, error); ++i) {
    if (error) {
      throw IoError({"cannot create the folder " + folder.string(), "", error.message(),
                     "choose a folder that you may write to with --output"});
    }
    folder = parent / (std::string(stamp) + "-" + std::to_string(i));
  }
  return folder;
}

void clear_run_folder(const fs::path& folder, bool overwrite) {
  if (!overwrite && fs::exists(folder / "config.json")) refuse_run(folder);
  for (const std::string_view name : kRunFiles) {
    std::error_code error;
    fs::remove(folder / name, error);
    if (error) {
      throw IoError({"cannot remove " + (folder / name).string(), "", error.message(),
                     "choose another --output"});
    }
  }
}

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
  if (!fs::exists(link, error)) return {};
  const fs::path target = fs::read_symlink(link, error);
  return error ? link : (link.parent_path() / target).lexically_normal();
}

fs::path newest_run(const std::vector<std::string>& commands) {
  fs::path newest;
  fs::file_time_type time;
  for (const std::string& command : commands) {
    const fs::path run = latest_run(command);
    std::error_code error;
    const fs::file_time_type ended = fs::last_write_time(run / "summary.json", error);
    if (run.empty() || error || (!newest.empty() && ended <= time)) continue;
    newest = run;
    time = ended;
  }
  return newest;
}

void save_json(const fs::path& path, const Json& json) {
  save_atomically(path, json.dump(2) + "\n");
}

Json load_json(const fs::path& path) {
  Json json = parse_json(read_file(path), path.string());
  if (!json.is_object()) {
    throw ConfigError({path.string() + " is not a config", "a JSON object", json.type_name(),
                       "correct the file"});
  }
  return json;
}

}  // namespace stl10
