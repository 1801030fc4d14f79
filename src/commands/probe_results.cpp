#include "stl10/commands/probe_results.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <limits>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/commands/version.h"
#include "stl10/evaluate/paired_difference.h"
#include "stl10/report/latest_run.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

constexpr char kFloorsFile[] = "floors.json";

/// A floor's name in the table, whose first column is narrow.
std::string row_name(const std::string& floor) {
  if (floor == "color_histogram") return "colours";
  return floor == "random_encoder" ? "random enc." : floor;
}

std::string words_of(const PairedDifference& difference) {
  return points(difference.mean) + " points (95 % interval " + points(difference.low) + " to " +
         points(difference.high) + ")";
}

/// Those that this run or the newest ones have measured of the same; empty where none have.
std::vector<Floor> known_floors(const fs::path& folder, const Json& key, Log& log) {
  for (const fs::path& known : {folder, latest_run("linear-probe"), latest_run("finetune")}) {
    const fs::path file = known / kFloorsFile;
    if (known.empty() || !fs::exists(file)) continue;
    std::vector<Floor> floors = floors_from_text(read_file(file), key);
    if (floors.empty()) continue;
    log.note("floors taken from " + file.string());
    if (known != folder) save_atomically(folder / kFloorsFile, floors_text(floors, key));
    return floors;
  }
  return {};
}

}  // namespace

std::vector<Floor> floors_for(const fs::path& folder, const FloorRequest& request,
                              const TaskInput& input, Log& log) {
  const Group& group = input.compute.group;
  Json key = floors_key(request, input);
  key["version"] = version_text();
  std::vector<Floor> floors;
  if (group.leads()) floors = known_floors(folder, key, log);
  const at::Tensor known = at::full({1}, floors.empty() ? 0 : 1, at::kLong);
  if (group.broadcast(known).item<int64_t>() == 0) {
    floors = measure_floors(request, input);
    if (group.leads()) save_atomically(folder / kFloorsFile, floors_text(floors, key));
  }
  return floors;
}

Json to_json(const Choice& choice) {
  Json path = Json::array();
  for (const Candidate& tried : choice.path) {
    path.push_back({{"value", tried.value},
                    {"loss", number_or_null(tried.loss)},
                    {"accuracy", tried.accuracy}});
  }
  return {{"value", choice.value}, {"at_end", choice.at_end}, {"path", path}};
}

std::optional<Choice> choice_from_json(const Json& json) {
  if (json.is_null()) return std::nullopt;
  Choice choice{.value = json.at("value"), .at_end = json.at("at_end")};
  for (const Json& tried : json.at("path")) {
    constexpr double kNone = std::numeric_limits<double>::infinity();
    choice.path.push_back({.value = tried.at("value"),
                           .loss = tried.at("loss").is_null() ? kNone : double{tried.at("loss")},
                           .accuracy = tried.at("accuracy")});
  }
  return choice;
}

void add_choice(const Choice& choice, const std::string& option, const std::string& by,
                FinalMetrics& metrics) {
  Json path = Json::array();
  for (const Candidate& candidate : choice.path) {
    path.push_back({{option, candidate.value},
                    {"loss", number_or_null(candidate.loss)},
                    {"accuracy", candidate.accuracy}});
  }
  metrics.more["choice"] = {{"option", option}, {"by", by}, {"path", path}};
  metrics.lines.push_back(
      stl10::words_of(option) + " " + short_number(choice.value) + ", chosen by " + by + " among " +
      std::to_string(choice.path.size()) + " values" +
      (choice.at_end ? "; it is at their end: a better one may lie beyond" : ""));
}

void add_knn(const std::vector<KnnResult>& knn, int64_t test_count, FinalMetrics& metrics,
             Log& log) {
  for (const KnnResult& result : knn) {
    const bool first = &result == &knn.front();
    const std::string asked = std::to_string(result.asked.k);
    metrics.more[first ? "knn" : "knn_" + asked] = {{"accuracy", result.accuracy},
                                                    {"k", result.k},
                                                    {"temperature", result.asked.temperature},
                                                    {"count", test_count}};
    metrics.rows.emplace_back(
        "kNN k=" + std::to_string(result.k),
        Metrics{.means = {{"accuracy", result.accuracy}}, .count = test_count});
    if (result.k == result.asked.k) continue;
    log.warn("kNN with k = " + asked + ": only " + std::to_string(result.k) +
             " labeled images there are to vote, so all of them do");
  }
}

void add_floors(const std::vector<Floor>& floors, const at::Tensor& correct, FinalMetrics& metrics,
                Log& log) {
  Json& json = metrics.more["floors"] = Json::object();
  for (const Floor& floor : floors) {
    const PairedDifference difference = paired_difference(correct, floor.correct);
    json[floor.name] = {{"accuracy", floor.accuracy},
                        {"l2", floor.l2},
                        {"accuracies", floor.accuracies},
                        {"held_out_accuracy", floor.held_out_accuracy},
                        {"difference", difference.mean},
                        {"difference_interval", {difference.low, difference.high}}};
    metrics.rows.emplace_back(row_name(floor.name), Metrics{.means = {{"accuracy", floor.accuracy}},
                                                            .count = floor.correct.numel()});
    if (difference.is_clear()) {
      metrics.lines.push_back(words_of(difference) + " above " + stl10::words_of(floor.name));
      continue;
    }
    log.warn("these features don't clearly beat the floor " + stl10::words_of(floor.name) + " (" +
             percent(floor.accuracy) + "): " + words_of(difference));
  }
}

}  // namespace stl10
