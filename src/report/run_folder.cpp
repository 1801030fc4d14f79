#include "stl10/report/run_folder.h"

#include <algorithm>
#include <ctime>
#include <system_error>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/report/latest_run.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

// config.json is the last to go, since it tells a run's folder from others.
constexpr std::string_view kRunFiles[] = {"environment.json",
                                          "metrics.jsonl",
                                          "metrics.csv",
                                          "events.out.tfevents.stl10",
                                          "log.txt",
                                          "last.safetensors",
                                          "best.safetensors",
                                          "predictions.csv",
                                          "summary.json",
                                          "curves.svg",
                                          "floors.json",
                                          "features.json",
                                          "features.safetensors",
                                          "assumptions.svg",
                                          "report.html",
                                          "config.json"};

void check_holdings(const fs::path& folder, bool overwrite) {
  if (holds_run(folder)) {
    if (overwrite) return;
    throw UsageError({folder.string() + " already holds a run", "", "",
                      "go on with --resume " + folder.string() +
                          ", replace it with --overwrite, or choose another --output"});
  }
  for (const std::string_view name : kRunFiles) {
    std::error_code error;
    if (!fs::exists(fs::symlink_status(folder / name, error))) continue;
    throw UsageError({folder.string() + " holds files that no run of stl10 wrote",
                      "a run, or none of the files that runs write", std::string(name),
                      "choose another --output"});
  }
}

bool is_same(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

/// Whether `input` is the folder, a file in it, or a link to either.
bool reads_from(const fs::path& folder, const fs::path& input) {
  std::error_code error;
  if (fs::is_directory(input, error)) return is_same(input, folder);
  const fs::path real = fs::weakly_canonical(input, error);
  return is_same(fs::absolute(input).parent_path(), folder) ||
         (!error && is_same(real.parent_path(), folder));
}

/// Whether the path is that of a link to the newest run, there or not.
bool is_latest_link(const fs::path& path) {
  const fs::path whole = (fs::absolute(path) / "").lexically_normal().parent_path();
  const fs::path runs = latest_link("any").parent_path().parent_path();
  std::error_code error;
  return whole.filename() == latest_link("any").filename() &&
         fs::weakly_canonical(whole.parent_path().parent_path(), error) ==
             fs::weakly_canonical(fs::absolute(runs), error);
}

}  // namespace

bool holds_run(const fs::path& folder) {
  try {
    const Json config = load_json(folder / "config.json");
    return config.contains("command") && config["command"].is_string();
  } catch (const Error&) {
    return false;
  }
}

std::span<const std::string_view> run_files() { return kRunFiles; }

void check_output(const std::string& output, bool overwrite,
                  const std::vector<std::string>& inputs) {
  if (output.empty()) return;
  const fs::path folder = output;
  if (is_latest_link(folder)) {
    throw UsageError({output + " is the link to the newest run", "a folder of its own", "",
                      "choose another --output"});
  }
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw UsageError(
        {output + " can't hold a run", "a folder", "a file", "choose another --output"});
  }
  check_holdings(folder, overwrite);
  if (!overwrite) return;
  const auto read = std::find_if(inputs.begin(), inputs.end(), [&](const std::string& input) {
    return reads_from(folder, input);
  });
  if (read == inputs.end()) return;
  throw UsageError({"--overwrite would remove what this command reads",
                    "another folder than that of " + *read, output, "choose another --output"});
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
  check_holdings(folder, overwrite);
  for (const std::string_view name : kRunFiles) {
    std::error_code error;
    fs::remove(folder / name, error);
    if (error) {
      throw IoError({"cannot remove " + (folder / name).string(), "", error.message(),
                     "choose another --output"});
    }
  }
}

void save_json(const fs::path& path, const Json& json) {
  save_atomically(path, json.dump(2) + "\n");
}

Json json_or_empty(const fs::path& path) {
  try {
    return load_json(path);
  } catch (const Error&) {
    return Json::object();
  }
}

Json load_json(const fs::path& path) {
  Json json = parse_json(read_text(path), path.string());
  if (!json.is_object()) {
    throw ConfigError({path.string() + " is not a config", "a JSON object", json.type_name(),
                       "correct the file"});
  }
  return json;
}

}  // namespace stl10
