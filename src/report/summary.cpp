#include "stl10/report/summary.h"

#include "stl10/report/run_folder.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

/// A number of a summary as people read it; a dash where it was not measured.
std::string shown(const std::string& name, const Json& value) {
  if (!value.is_number()) return "–";
  const double number = value.get<double>();
  if (is_share(name)) return percent(number);
  return fixed(number, 4);
}

std::string row(const std::string& name, const Json& metrics) {
  std::string line = left(name, 12);
  for (const auto& [metric, width] : {std::pair{"loss", 8}, {"accuracy", 12}}) {
    line += right(shown(metric, metrics.value(metric, Json())), width);
  }
  return line + right(with_commas(metrics["count"]), 10) + "\n";
}

Json metrics_json(const std::optional<Metrics>& metrics) {
  if (!metrics) return nullptr;
  Json json = to_json(*metrics);
  for (const char* name : {"accuracy", "loss"}) {
    if (!json.contains(name)) json[name] = nullptr;
  }
  return json;
}

Json number_json(const std::optional<Metrics>& metrics, const std::string& name) {
  return number_or_null(metrics ? metrics->find(name) : std::nullopt);
}

std::string status_of(const std::exception& error) {
  if (dynamic_cast<const Interrupted*>(&error) != nullptr) return "interrupted";
  return dynamic_cast<const Diverged*>(&error) != nullptr ? "diverged" : "failed";
}

}  // namespace

RunSummary::RunSummary(std::string command, std::filesystem::path folder, std::string validation,
                       std::string metric, Parent parent)
    : command_(std::move(command)),
      folder_(std::move(folder)),
      validation_(std::move(validation)),
      metric_(std::move(metric)),
      parent_(std::move(parent)) {}

std::string RunSummary::selected_by() const { return validation_ + " " + words_of(metric_); }

void RunSummary::save_done(const TrainState& state, const FinalMetrics& metrics) {
  const Best& best = state.best;
  const double rate =
      state.step_seconds > 0 ? static_cast<double>(state.images) / state.step_seconds : 0;
  summary_ = {{"command", command_},
              {"status", "done"},
              {"folder", folder_.string()},
              {"seconds", state.seconds},
              {"images_per_second", rate},
              {"epochs", state.epoch},
              {"validation_split", validation_},
              {"train", metrics_json(metrics.train)},
              {"validation", metrics_json(metrics.validation)},
              {"test", metrics_json(metrics.test)},
              {"best",
               {{"epoch", best.epoch},
                {"selected_by", best.metrics ? selected_by() : "nothing: the last epoch"},
                {"accuracy", number_json(best.metrics, "accuracy")},
                {"loss", number_json(best.metrics, "loss")}}},
              {"lowest_validation_loss",
               best.lowest_loss_epoch > 0
                   ? Json{{"value", best.lowest_loss}, {"epoch", best.lowest_loss_epoch}}
                   : Json(nullptr)}};
  if (best.metrics) {
    summary_["best"][metric_] = best.metrics->at(metric_);
    if (is_share(metric_)) summary_["best"]["accuracy"] = best.metrics->at(metric_);
  }
  rows_ = metrics.rows;
  lines_ = metrics.lines;
  if (!parent_.path.empty()) summary_["parent"] = parent_.path;
  summary_.update(metrics.more, /*merge_objects=*/true);
  save_json(folder_ / "summary.json", summary_);
}

void RunSummary::save_failure(const std::exception& error) noexcept {
  try {
    save_json(folder_ / "summary.json", {{"command", command_},
                                         {"status", status_of(error)},
                                         {"folder", folder_.string()},
                                         {"error", printable(error.what())}});
  } catch (const std::exception&) {
    return;  // the error that ends the run is the one to report
  }
}

std::string RunSummary::json_text() const { return summary_.dump(2) + "\n"; }

std::string RunSummary::table() const {
  std::string text;
  for (const char* part : {"train", "validation", "test"}) {
    if (!summary_[part].is_null()) text += row(part, summary_[part]);
  }
  for (const auto& [name, values] : rows_) text += row(name, to_json(values));
  if (!text.empty()) text = "final weights   loss    accuracy    images\n" + text;
  const Json& best = summary_["best"];
  for (const std::string& line : lines_) text += wrapped(line) + "\n";
  if (best["epoch"] != 0 && best["selected_by"] == selected_by()) {
    text += "best epoch " + best["epoch"].dump() + " by " + selected_by() + ": " +
            shown(metric_, best[metric_]) + "\n";
  }
  if (validation_ == "test") {
    text += wrapped(
                "The validation images are the test images, as in the report: the best epoch was "
                "chosen on them, so judge by the final weights.") +
            "\n";
  }
  if (!parent_.path.empty()) text += parent_.role + " " + parent_.path + ".\n";
  const auto rate = static_cast<int64_t>(summary_["images_per_second"].get<double>());
  return text + clock_text(summary_["seconds"]) +
         (rate > 0 ? ", " + with_commas(rate) + " images/s" : "") + "; everything is in " +
         folder_.string() + "\n";
}

}  // namespace stl10
