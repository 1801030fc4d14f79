#include "stl10/commands/run.h"

#include <c10/util/Exception.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/process.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/failures.h"
#include "stl10/commands/report_pictures.h"
#include "stl10/commands/run_start.h"
#include "stl10/commands/run_warnings.h"
#include "stl10/commands/version.h"
#include "stl10/report/latest_run.h"
#include "stl10/report/metrics_file.h"
#include "stl10/report/run_folder.h"
#include "stl10/report/run_report.h"
#include "stl10/report/terminal.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

/// @param next what to do about it.
void check_finite(const Metrics& metrics, const std::string& next) {
  for (const auto& [name, value] : metrics.means) {
    if (std::isfinite(value)) continue;
    throw Diverged(
        {"the final weights give no sound judgement", "a finite " + name, "NaN or infinity", next});
  }
}

/// Says what the plan warns of.
class Warnings : public Observer {
 public:
  Warnings(Log& log, const TrainingPlan& plan) : log_(log), plan_(plan) {}
  void on_epoch(const EpochRecord& record) override {
    if (!plan_.warning_after) return;
    const std::optional<std::string> warning = plan_.warning_after(record);
    if (warning) log_.warn(*warning);
  }

 private:
  Log& log_;
  const TrainingPlan& plan_;
};

void save_environment(const RunInputs& inputs, const fs::path& folder) {
  const fs::path path = folder / "environment.json";
  Json present = environment(inputs.compute, inputs.provenance.data);
  present["class_names"] = inputs.data.class_names;
  if (inputs.resumed() && fs::exists(path)) {
    Json former = load_json(path);
    Json earlier = former.value("earlier", Json::array());
    former.erase("earlier");
    if (former != present) earlier.push_back(former);
    if (!earlier.empty()) present["earlier"] = earlier;
  }
  save_json(path, present);
}

/// What is said where there is no final judgement.
struct FinalWords {
  std::string interrupted, if_diverged;
};

FinalWords after_training() {
  return {.interrupted = "interrupted in the last judgement; everything is saved",
          .if_diverged = "lower --learning-rate"};
}

FinalResults checked_results(const fs::path& folder, const FinalWords& words,
                             const std::function<FinalResults()>& judge) {
  try {
    FinalResults results = judge();
    const FinalMetrics& metrics = results.metrics;
    for (const auto& part : {metrics.train, metrics.validation, metrics.test}) {
      if (part) check_finite(*part, words.if_diverged);
    }
    for (const auto& [name, row] : metrics.rows) check_finite(row, words.if_diverged);
    return results;
  } catch (const Interrupted& error) {
    throw Interrupted(error.exit_code() - 128,
                      {words.interrupted, "", "", "go on with --resume " + folder.string()});
  }
}

void save_results(const fs::path& folder, const FinalResults& results) {
  if (!results.beside.empty()) add_beside(folder / kLastCheckpoint, results.beside);
  if (results.predictions.empty()) return;
  save_atomically(folder / "predictions.csv", results.predictions);
}

fs::path open_folder(const RunInputs& inputs, std::optional<FolderLock>& lock) {
  const fs::path folder = inputs.resumed()
                              ? fs::path(inputs.invocation.resume)
                              : make_run_folder(inputs.options.output, inputs.invocation.command);
  if (!inputs.resumed()) {
    lock.emplace(folder);
    clear_run_folder(folder, inputs.invocation.overwrite);
    save_json(folder / "config.json", inputs.provenance.config);
  }
  save_environment(inputs, folder);
  return folder;
}

void begin_log(const RunInputs& inputs, const fs::path& folder, const std::string& beginning,
               const std::string& description, Log& log) {
  log.add_file(folder / "log.txt");
  log.note(beginning + " on " + inputs.compute.device.str());
  if (inputs.invocation.quiet) {
    log.note(description);
  } else {
    log.info(description);
  }
}

/// The page of a run that ended early. The error that ended it is the one to report.
void save_early_report(const fs::path& folder) noexcept {
  try {
    save_report(folder, fields_of,
                {.missing = {"The run ended early, and this page without pictures: stl10 report "
                             "makes it with them."}});
  } catch (const std::exception&) {
    return;
  }
}

/// The page of a finished run, and a sentence on what stood in the way of it or of its pictures.
std::string save_final_report(const RunInputs& inputs, const fs::path& folder) {
  std::string obstacle;
  ReportPictures pictures;
  Compute alone = inputs.compute;
  alone.group = {};
  try {
    pictures = report_pictures(folder, open_run_images(folder, inputs.options.data_dir), alone);
  } catch (const Error& error) {
    obstacle = error.what();
    pictures = {.missing = {"There are no pictures: " + obstacle + "."}};
  }
  try {
    save_report(folder, fields_of, pictures);
  } catch (const Error& error) {
    obstacle = error.what();
  }
  return obstacle;
}

void guard(RunSummary& summary, const fs::path& folder, Log& log,
           const std::function<void()>& work) {
  try {
    with_own_errors(work);
  } catch (const std::exception& error) {
    log.note(error.what());
    summary.save_failure(error);
    save_early_report(folder);
    throw;
  }
}

void finish(const RunInputs& inputs, const fs::path& folder, const RunSummary& summary, Log& log) {
  std::vector<std::string> obstacles = {save_final_report(inputs, folder)};
  try {
    mark_latest(folder, inputs.invocation.command);
  } catch (const IoError& error) {
    obstacles.emplace_back(error.what());
  }
  print_result(inputs.invocation.json
                   ? summary.json_text()
                   : summary.table() + "look at " + (folder / kReportName).string() + "\n");
  for (const std::string& obstacle : obstacles) {
    if (!obstacle.empty()) log.warn(obstacle);
  }
}

}  // namespace

std::string validation_name(const SplitOptions& options) {
  switch (options.validation) {
    case Validation::kTest:
      return "test";
    case Validation::kHoldout:
      return "held-out";
    case Validation::kNone:
      return "none";
  }
  TORCH_CHECK(false, "unknown validation");
}

void train_run(const RunInputs& inputs, Task& task, const TrainingPlan& plan,
               const FinalJudge& judge) {
  if (!inputs.compute.group.leads()) return follow_run(inputs, task, plan, judge);
  Log log;
  std::optional<FolderLock> lock;
  if (inputs.resumed()) lock.emplace(inputs.invocation.resume);
  warn_of_limits(inputs.compute, log);
  TrainState state = load_start(inputs, task, log);
  const fs::path folder = open_folder(inputs, lock);
  begin_log(inputs, folder,
            inputs.resumed() ? "resumed at epoch " + std::to_string(state.epoch + 1) : "started",
            plan.description, log);
  warn_of_schedules(task, inputs.options.epochs, log);
  Json constants = plan.constants;
  constants["classes"] = inputs.data.class_names.size();
  MetricsFile metrics(folder, state.epoch, plan.validation, constants);
  if (metrics.missing_epochs() > 0) {
    log.warn("metrics.jsonl has lost " + std::to_string(metrics.missing_epochs()) +
             " epochs; the run itself has not");
  }
  RunSummary summary(inputs.invocation.command, folder, plan.validation, plan.selection.metric,
                     {plan.parent_role, inputs.options.checkpoint.value_or("")});
  guard(summary, folder, log, [&] {
    TerminalProgress progress(log, inputs.options.epochs, plan.validation, inputs.invocation.quiet,
                              constants);
    Warnings warnings(log, plan);
    ReportFile report(folder, inputs.options.epochs, fields_of);
    state = train({.epochs = inputs.options.epochs,
                   .selection = plan.selection,
                   .save = SavePlan{folder, inputs.provenance},
                   .prepare_ahead = has_free_core(inputs.compute),
                   .group = inputs.compute.group},
                  task, state, {&metrics, &report, &progress, &warnings});
    const FinalResults results =
        checked_results(folder, after_training(), [&] { return judge(folder, log, state); });
    save_results(folder, results);
    summary.save_done(state, results.metrics);
  });
  finish(inputs, folder, summary, log);
}

void work_run(const RunInputs& inputs, const WorkPlan& plan, const Work& work) {
  if (!inputs.compute.group.leads()) return follow_work(inputs, work);
  Log log;
  std::optional<FolderLock> lock;
  if (inputs.resumed()) lock.emplace(inputs.invocation.resume);
  warn_of_limits(inputs.compute, log);
  const auto start = std::chrono::steady_clock::now();
  const fs::path folder = open_folder(inputs, lock);
  begin_log(inputs, folder, inputs.resumed() ? "begun again" : "started", plan.description, log);
  RunSummary summary(inputs.invocation.command, folder, plan.validation, "loss",
                     {plan.parent_role, inputs.options.checkpoint.value_or("")});
  guard(summary, folder, log, [&] {
    TrainState state;
    const FinalResults results =
        checked_results(folder,
                        {.interrupted = "interrupted before there was a result",
                         .if_diverged = "name another --checkpoint"},
                        [&] { return work(folder, log, state); });
    if (plan.network != nullptr) {
      save_weights(folder / kLastCheckpoint, *plan.network, inputs.provenance);
    }
    save_results(folder, results);
    state.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    summary.save_done(state, results.metrics);
  });
  finish(inputs, folder, summary, log);
}

}  // namespace stl10
