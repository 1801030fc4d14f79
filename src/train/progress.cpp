#include "stl10/train/progress.h"

namespace stl10 {
namespace {

Json optional_json(const std::optional<Metrics>& metrics) {
  return metrics ? to_json(*metrics) : Json(nullptr);
}

std::optional<Metrics> optional_metrics(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return metrics_from_json(json);
}

}  // namespace

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
          {"sums", state.sums},
          {"images", state.images},
          {"step_seconds", state.step_seconds},
          {"seconds", state.seconds},
          {"train", optional_json(state.train)},
          {"validation", optional_json(state.validation)},
          {"best",
           {{"epoch", best.epoch},
            {"accuracy", best.accuracy},
            {"loss", best.loss},
            {"lowest_loss_epoch", best.lowest_loss_epoch},
            {"lowest_loss", best.lowest_loss}}}};
}

TrainState train_state_from_json(const Json& json) {
  const Json& best = json.at("best");
  return {.epoch = json.at("epoch"),
          .step = json.at("step"),
          .sums = json.at("sums"),
          .images = json.at("images"),
          .step_seconds = json.at("step_seconds"),
          .seconds = json.at("seconds"),
          .train = optional_metrics(json.at("train")),
          .validation = optional_metrics(json.at("validation")),
          .best = {.epoch = best.at("epoch"),
                   .accuracy = best.at("accuracy"),
                   .loss = best.at("loss"),
                   .lowest_loss_epoch = best.at("lowest_loss_epoch"),
                   .lowest_loss = best.at("lowest_loss")}};
}

}  // namespace stl10
