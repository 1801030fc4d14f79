#include "stl10/commands/compared_runs.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "stl10/base/error.h"
#include "stl10/report/run_folder.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

ComparedRun read_run(const fs::path& folder, const std::string& split, std::string& images) {
  if (!fs::exists(folder)) {
    throw IoError({folder.string() + " is missing", "a run folder", "", "check its name"});
  }
  if (!fs::is_directory(folder)) {
    throw UsageError({folder.string() + " can't be compared", "run folders", "a file",
                      "judge it with stl10 eval --checkpoint " + folder.string() +
                          " and name the folder of that run"});
  }
  if (!fs::exists(folder / "predictions.csv")) {
    throw IoError({folder.string() + " holds no predictions.csv",
                   "a finished run with a classifier", "",
                   "compare runs of supervised, finetune, linear-probe or eval"});
  }
  ComparedRun run{.folder = folder,
                  .classifiers = read_predictions(folder / "predictions.csv", split)};
  run.config = load_json(folder / "config.json");
  if (run.config.contains("seed") && run.config["seed"].is_number_integer()) {
    run.seed = run.config["seed"].get<int64_t>();
  }
  // Where it ran is no part of the experiment: a resumed run may change it.
  for (const char* key : {"seed", "data_dir", "threads", "device"}) run.config.erase(key);
  const Json environment = load_json(folder / "environment.json");
  const std::string data = environment.value("data", "");
  const size_t place = data.find(split == "test" ? "test:" : "train:");
  images = place == std::string::npos ? "" : data.substr(place, data.find(' ', place) - place);
  run.class_names = environment.value("class_names", std::vector<std::string>{});
  const Json summary = load_json(folder / "summary.json");
  const Json judged = summary.value(split, Json());
  if (judged.is_object() && judged.contains("loss") && judged["loss"].is_number()) {
    run.loss = judged["loss"].get<double>();
  }
  return run;
}

/// read_run, where JSON that is not a run's is the fault of the file, not of an option.
ComparedRun read_checked(const fs::path& folder, const std::string& split, std::string& images) {
  const auto of_run = [&](const std::exception& error) {
    return damaged(folder.string(), "what stl10 writes into a run's folder", error.what(),
                   "name another run");
  };
  try {
    return read_run(folder, split, images);
  } catch (const Json::exception& error) {
    throw of_run(error);
  } catch (const ConfigError& error) {
    throw of_run(error);
  }
}

void check_same_images(const ComparedRun& first, const std::string& first_images,
                       const ComparedRun& other, const std::string& images) {
  bool same = images == first_images;
  const Predictions& reference = first.classifiers.front();
  for (const Predictions& classifier : other.classifiers) {
    same = same && classifier.indices == reference.indices &&
           at::equal(classifier.labels, reference.labels) &&
           classifier.probabilities.size(1) == reference.probabilities.size(1);
  }
  if (same) return;
  const auto counted = [](const ComparedRun& run, const std::string& of) {
    return std::to_string(run.classifiers.front().indices.size()) + " of " + of;
  };
  throw UsageError(
      {other.folder.string() + " was judged on other images than " + first.folder.string(),
       counted(first, first_images), counted(other, images),
       "judge both on the same data and with the same labels"});
}

/// "A" … "Z", and then numbers.
std::string group_name(size_t number) {
  return number < 26 ? std::string(1, static_cast<char>('A' + number)) : std::to_string(number + 1);
}

}  // namespace

std::vector<ComparedRun> read_compared_runs(const std::vector<std::string>& folders,
                                            const std::string& split) {
  std::vector<ComparedRun> runs;
  std::vector<fs::path> seen;
  std::string first_images;
  for (const std::string& folder : folders) {
    const fs::path real = fs::weakly_canonical(folder);
    if (std::find(seen.begin(), seen.end(), real) != seen.end()) {
      throw UsageError({folder + " is named twice", "different runs", "", "name it once"});
    }
    seen.push_back(real);
    std::string images;
    runs.push_back(read_checked(folder, split, images));
    if (runs.size() == 1) first_images = images;
    check_same_images(runs.front(), first_images, runs.back(), images);
  }
  return runs;
}

std::vector<RunGroup> group_by_seed(const std::vector<ComparedRun>& runs) {
  std::vector<RunGroup> groups;
  std::vector<Json> configs;
  for (const ComparedRun& run : runs) {
    size_t i = 0;
    while (i < groups.size() &&
           (configs[i] != run.config ||
            std::count(groups[i].seeds.begin(), groups[i].seeds.end(), run.seed) > 0)) {
      ++i;
    }
    if (i == groups.size()) {
      groups.push_back({.name = group_name(i)});
      configs.push_back(run.config);
    }
    groups[i].folders.push_back(run.folder.string());
    groups[i].seeds.push_back(run.seed);
    groups[i].losses.push_back(run.loss);
    groups[i].classifiers.insert(groups[i].classifiers.end(), run.classifiers.begin(),
                                 run.classifiers.end());
  }
  return groups;
}

std::vector<std::string> class_names_of(const ComparedRun& run) {
  std::vector<std::string> names = run.class_names;
  const auto classes = static_cast<size_t>(run.classifiers.front().probabilities.size(1));
  if (names.size() == classes) return names;
  names.clear();
  for (size_t k = 0; k < classes; ++k) names.push_back("class " + std::to_string(k));
  return names;
}

}  // namespace stl10
