#include "stl10/report/run_folder.h"

#include <unistd.h>

#include <ctime>
#include <system_error>

#include "stl10/base/error.h"
#include "stl10/base/file.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRunFiles[] = {"config.json",     "environment.json", "metrics.jsonl",
                                          "log.txt",         "last.safetensors", "best.safetensors",
                                          "predictions.csv", "summary.json",     "curves.svg"};

}  // namespace

fs::path run_folder_path(const std::string& output, const std::string& command) {
  if (!output.empty()) return output;
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &utc);
  fs::path folder = fs::path("runs") / command / stamp;
  for (int i = 2; fs::exists(folder); ++i) {
    folder = fs::path("runs") / command / (std::string(stamp) + "-" + std::to_string(i));
  }
  return folder;
}

void check_run_folder(const fs::path& folder, bool overwrite) {
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw UsageError(
        {folder.string() + " can't hold a run", "a folder", "a file", "choose another --output"});
  }
  if (!overwrite && fs::exists(folder / "config.json")) {
    throw UsageError({folder.string() + " already holds a run", "", "",
                      "go on with --resume " + folder.string() +
                          ", replace it with --overwrite, or choose another --output"});
  }
}

void make_run_folder(const fs::path& folder, bool overwrite) {
  make_folder(folder);
  if (!overwrite) return;
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
  const fs::path link = fs::path("runs") / command / "latest", temporary = link.string() + ".tmp";
  make_folder(link.parent_path());
  std::error_code error;
  const fs::path target = fs::relative(folder, link.parent_path());
  fs::remove(temporary, error);
  fs::create_symlink(target, temporary, error);
  if (!error) fs::rename(temporary, link, error);
  if (error) {
    throw IoError({"cannot make the link " + link.string(), "", error.message(),
                   "name the run with --checkpoint " + folder.string()});
  }
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
