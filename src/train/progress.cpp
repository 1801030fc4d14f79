#include "stl10/train/progress.h"

#include <algorithm>

namespace stl10 {
namespace {

Json sums_json(const std::map<std::string, Sum>& sums) {
  Json json = Json::object();
  for (const auto& [name, sum] : sums) json[name] = {sum.sum, sum.count};
  return json;
}

std::map<std::string, Sum> sums_from_json(const Json& json) {
  std::map<std::string, Sum> sums;
  for (const auto& [name, entry] : json.items()) {
    sums[name] = {entry.at(0).get<double>(), entry.at(1).get<int64_t>()};
  }
  return sums;
}

std::optional<Metrics> optional_metrics(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return metrics_from_json(json);
}

}  // namespace

std::optional<double> Metrics::find(const std::string& name) const {
  const auto found = means.find(name);
  if (found == means.end()) return std::nullopt;
  return found->second;
}

Metrics means_of(const std::map<std::string, Sum>& sums) {
  Metrics metrics;
  for (const auto& [name, sum] : sums) {
    metrics.means[name] = sum.sum / static_cast<double>(std::max<int64_t>(1, sum.count));
    if (name == "loss" || metrics.count == 0) metrics.count = sum.count;
  }
  return metrics;
}

Json to_json(const Metrics& metrics) {
  Json json = Json::object();
  for (const auto& [name, mean] : metrics.means) json[name] = mean;
  json["count"] = metrics.count;
  return json;
}

Metrics metrics_from_json(const Json& json) {
  Metrics metrics;
  for (const auto& [name, value] : json.items()) {
    if (name == "count") {
      metrics.count = value.get<int64_t>();
    } else {
      metrics.means[name] = value.get<double>();
    }
  }
  return metrics;
}

Json to_json(const TrainState& state) {
  const Best& best = state.best;
  return {{"epoch", state.epoch},
          {"step", state.step},
          {"sums", sums_json(state.sums)},
          {"images", state.images},
          {"step_seconds", state.step_seconds},
          {"seconds", state.seconds},
          {"last_epoch", to_json(state.last_epoch)},
          {"best",
           {{"epoch", best.epoch},
            {"metrics", best.metrics ? to_json(*best.metrics) : Json(nullptr)},
            {"lowest_loss_epoch", best.lowest_loss_epoch},
            {"lowest_loss", best.lowest_loss}}}};
}

TrainState train_state_from_json(const Json& json) {
  const Json& best = json.at("best");
  return {.epoch = json.at("epoch"),
          .step = json.at("step"),
          .sums = sums_from_json(json.at("sums")),
          .images = json.at("images"),
          .step_seconds = json.at("step_seconds"),
          .seconds = json.at("seconds"),
          .last_epoch = metrics_from_json(json.at("last_epoch")),
          .best = {.epoch = best.at("epoch"),
                   .metrics = optional_metrics(best.at("metrics")),
                   .lowest_loss_epoch = best.at("lowest_loss_epoch"),
                   .lowest_loss = best.at("lowest_loss")}};
}

}  // namespace stl10
