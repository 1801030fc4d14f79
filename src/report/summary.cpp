#include "stl10/report/summary.h"

#include <cstdio>

#include "stl10/report/run_folder.h"
#include "stl10/report/terminal.h"

namespace stl10 {
namespace {

std::string row(const std::string& name, const Json& metrics) {
  char line[96];
  std::snprintf(line, sizeof line, "%-11s %8.4f %11s %9s\n", name.c_str(),
                metrics["loss"].get<double>(), percent(metrics["accuracy"]).c_str(),
                with_commas(metrics["count"]).c_str());
  return line;
}

std::string status_of(const Error& error) {
  if (dynamic_cast<const Interrupted*>(&error) != nullptr) return "interrupted";
  return dynamic_cast<const Diverged*>(&error) != nullptr ? "diverged" : "failed";
}

}  // namespace

Metrics to_metrics(const Judgement& judgement) {
  return {.means = {{"loss", judgement.loss}, {"accuracy", judgement.accuracy}},
          .count = static_cast<int64_t>(judgement.indices.size())};
}

RunSummary::RunSummary(std::string command, std::filesystem::path folder, std::string validation)
    : command_(std::move(command)),
      folder_(std::move(folder)),
      validation_(std::move(validation)) {}

void RunSummary::save_done(const TrainState& state, const Metrics& train,
                           const std::optional<Metrics>& validation, const Metrics& test) {
  const Best& best = state.best;
  const double rate =
      state.step_seconds > 0 ? static_cast<double>(state.images) / state.step_seconds : 0;
  const std::string selected_by =
      validation ? validation_ + " accuracy" : std::string("nothing: the last epoch");
  summary_ = {{"command", command_},
              {"status", "done"},
              {"folder", folder_.string()},
              {"seconds", state.seconds},
              {"images_per_second", rate},
              {"epochs", state.epoch},
              {"validation_split", validation_},
              {"train", to_json(train)},
              {"validation", validation ? to_json(*validation) : Json(nullptr)},
              {"test", to_json(test)},
              {"best",
               {{"epoch", best.epoch},
                {"selected_by", selected_by},
                {"accuracy", best.accuracy},
                {"loss", best.loss}}},
              {"lowest_validation_loss",
               validation ? Json{{"value", best.lowest_loss}, {"epoch", best.lowest_loss_epoch}}
                          : Json(nullptr)}};
  save_json(folder_ / "summary.json", summary_);
}

void RunSummary::save_failure(const Error& error) noexcept {
  try {
    save_json(folder_ / "summary.json", {{"command", command_},
                                         {"status", status_of(error)},
                                         {"folder", folder_.string()},
                                         {"error", error.what()}});
  } catch (const std::exception&) {
    return;  // the error that ends the run is the one to report
  }
}

std::string RunSummary::json_text() const { return summary_.dump(2) + "\n"; }

std::string RunSummary::table() const {
  std::string text = "final weights   loss    accuracy    images\n";
  for (const char* part : {"train", "validation", "test"}) {
    if (!summary_[part].is_null()) text += row(part, summary_[part]);
  }
  if (!summary_["validation"].is_null()) {
    text += "best epoch " + summary_["best"]["epoch"].dump() + " by " + validation_ +
            " accuracy: " + percent(summary_["best"]["accuracy"]) + "\n";
  }
  if (validation_ == "test") {
    text +=
        "The validation images are the test images, as in the report: the best epoch was chosen "
        "on them, so judge by the final weights.\n";
  }
  return text + clock_text(summary_["seconds"]) + ", " +
         with_commas(static_cast<int64_t>(summary_["images_per_second"].get<double>())) +
         " images/s; everything is in " + folder_.string() + "\n";
}

}  // namespace stl10
