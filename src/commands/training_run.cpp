#include "stl10/commands/training_run.h"

#include <c10/util/Exception.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "stl10/base/cpu.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/process.h"
#include "stl10/commands/failures.h"
#include "stl10/commands/run_warnings.h"
#include "stl10/commands/version.h"
#include "stl10/data/toy.h"
#include "stl10/report/latest_run.h"
#include "stl10/report/metrics_file.h"
#include "stl10/report/run_folder.h"
#include "stl10/report/terminal.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

/// Called first, so that nothing else is opened in vain.
const Invocation& checked(const Invocation& invocation, const RunOptions& options,
                          std::vector<std::string> inputs) {
  if (options.checkpoint) inputs.push_back(*options.checkpoint);
  if (!invocation.config.empty()) inputs.push_back(invocation.config);
  if (invocation.resume.empty()) check_output(options.output, invocation.overwrite, inputs);
  return invocation;
}

Dataset open_data(const Invocation& invocation, const RunOptions& options, const Parts& parts) {
  if (!parts.train && !parts.test && !parts.unlabeled) return {};
  // A folder that the command line names and that isn't there is a mistyped one, unless the same
  // line asks for toy data.
  const Json& flags = invocation.flags;
  const bool may_make = !flags.contains("data_dir") || flags.contains("make_toy");
  if (options.make_toy && may_make && !fs::exists(options.data_dir)) {
    write_toy(options.data_dir, {});
  }
  return open_dataset(options.data_dir, parts);
}

void check_data(const fs::path& path, const Provenance& saved, const Provenance& present) {
  if (saved.data == present.data) return;
  throw UsageError({path.string() + " was trained on other images", saved.data, present.data,
                    "name the same data with --data-dir, or start a new run with --checkpoint"});
}

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

TrainingRun::TrainingRun(const Invocation& invocation, const RunOptions& options,
                         const Json& config, const Parts& parts,
                         const std::vector<std::string>& inputs)
    : invocation_(checked(invocation, options, inputs)),
      options_(options),
      compute_(start_compute(options.compute)),
      data_(open_data(invocation, options, parts)),
      provenance_{.command = invocation.command,
                  .config = resolved_config(config, invocation.command),
                  .class_names = data_.class_names,
                  .data = fingerprint(data_),
                  .precision = std::string(precision_name(compute_)),
                  .instruction_set = std::string(name_of(best_instruction_set())),
                  .device = compute_.device.str(),
                  .threads = compute_.threads} {}

TaskInput TrainingRun::input() const {
  return {.data = data_,
          .compute = compute_,
          .seed = static_cast<uint64_t>(options_.seed),
          .steps_per_epoch = options_.steps_per_epoch};
}

const Checkpoint& TrainingRun::start() {
  if (!start_) start_.emplace(resumed() ? invocation_.resume : *options_.checkpoint);
  return *start_;
}

TrainState TrainingRun::load_start(Task& task, Log& log) {
  const bool loads_itself = !provenance_.encoder.is_null();
  if (!resumed() && (!options_.checkpoint || loads_itself)) return {};
  const Provenance& saved = start().provenance();
  check_classes(start(), provenance_.class_names, "name the data that it was trained on");
  if (!resumed()) {
    start().load_into(task.network());
    return {};
  }
  check_data(start().file(), saved, provenance_);
  TrainState state = start().restore(task);
  warn_of_changes(saved, provenance_, log);
  return state;
}

void TrainingRun::save_environment(const fs::path& folder) const {
  const fs::path path = folder / "environment.json";
  Json present = environment(compute_, provenance_.data);
  present["class_names"] = data_.class_names;
  if (resumed() && fs::exists(path)) {
    Json former = load_json(path);
    Json earlier = former.value("earlier", Json::array());
    former.erase("earlier");
    if (former != present) earlier.push_back(former);
    if (!earlier.empty()) present["earlier"] = earlier;
  }
  save_json(path, present);
}

FinalResults TrainingRun::judge_finally(const fs::path& folder, const FinalWords& words,
                                        const std::function<FinalResults()>& judge) const {
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

void TrainingRun::save_results(const fs::path& folder, const FinalResults& results) const {
  if (results.predictions.empty()) return;
  save_atomically(folder / "predictions.csv", results.predictions);
}

fs::path TrainingRun::open_folder(std::optional<FolderLock>& lock) const {
  const fs::path folder = resumed() ? fs::path(invocation_.resume)
                                    : make_run_folder(options_.output, invocation_.command);
  if (!resumed()) {
    lock.emplace(folder);
    clear_run_folder(folder, invocation_.overwrite);
    save_json(folder / "config.json", provenance_.config);
  }
  save_environment(folder);
  return folder;
}

void TrainingRun::begin_log(const fs::path& folder, const std::string& beginning,
                            const std::string& description, Log& log) const {
  log.add_file(folder / "log.txt");
  log.note(beginning + " on " + compute_.device.str());
  if (invocation_.quiet) {
    log.note(description);
  } else {
    log.info(description);
  }
}

void TrainingRun::guard(RunSummary& summary, Log& log, const std::function<void()>& work) const {
  try {
    with_own_errors(work);
  } catch (const std::exception& error) {
    log.note(error.what());
    summary.save_failure(error);
    throw;
  }
}

void TrainingRun::execute(Task& task, const TrainingPlan& plan, const FinalJudge& judge) {
  Log log;
  std::optional<FolderLock> lock;
  if (resumed()) lock.emplace(invocation_.resume);
  warn_of_limits(compute_, log);
  TrainState state = load_start(task, log);
  const fs::path folder = open_folder(lock);
  begin_log(folder, resumed() ? "resumed at epoch " + std::to_string(state.epoch + 1) : "started",
            plan.description, log);
  warn_of_schedules(task, options_.epochs, log);
  MetricsFile metrics(folder, state.epoch, plan.validation, plan.constants);
  if (metrics.missing_epochs() > 0) {
    log.warn("metrics.jsonl has lost " + std::to_string(metrics.missing_epochs()) +
             " epochs; the run itself has not");
  }
  RunSummary summary(invocation_.command, folder, plan.validation, plan.selection.metric,
                     {plan.parent_role, options_.checkpoint.value_or("")});
  guard(summary, log, [&] {
    TerminalProgress progress(log, options_.epochs, plan.validation, invocation_.quiet);
    Warnings warnings(log, plan);
    state = train({.epochs = options_.epochs,
                   .selection = plan.selection,
                   .save = SavePlan{folder, provenance_},
                   .prepare_ahead = has_free_core(compute_)},
                  task, state, {&metrics, &progress, &warnings});
    const FinalResults results =
        judge_finally(folder,
                      {.interrupted = "interrupted in the last judgement; everything is saved",
                       .if_diverged = "lower --learning-rate"},
                      [&] { return judge(folder, log, state); });
    save_results(folder, results);
    summary.save_done(state, results.metrics);
  });
  finish(folder, summary, log);
}

void TrainingRun::execute_once(const WorkPlan& plan, const Work& work) {
  Log log;
  std::optional<FolderLock> lock;
  if (resumed()) lock.emplace(invocation_.resume);
  warn_of_limits(compute_, log);
  const auto start = std::chrono::steady_clock::now();
  const fs::path folder = open_folder(lock);
  begin_log(folder, resumed() ? "begun again" : "started", plan.description, log);
  RunSummary summary(invocation_.command, folder, plan.validation, "loss",
                     {plan.parent_role, options_.checkpoint.value_or("")});
  guard(summary, log, [&] {
    TrainState state;
    const FinalResults results =
        judge_finally(folder,
                      {.interrupted = "interrupted before there was a result",
                       .if_diverged = "name another --checkpoint"},
                      [&] { return work(folder, log, state); });
    if (plan.network != nullptr) {
      save_weights(folder / kLastCheckpoint, *plan.network, provenance_);
    }
    save_results(folder, results);
    state.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    summary.save_done(state, results.metrics);
  });
  finish(folder, summary, log);
}

void TrainingRun::finish(const fs::path& folder, const RunSummary& summary, Log& log) const {
  std::string obstacle;
  try {
    mark_latest(folder, invocation_.command);
  } catch (const IoError& error) {
    obstacle = error.what();
  }
  print_result(invocation_.json ? summary.json_text() : summary.table());
  if (!obstacle.empty()) log.warn(obstacle);
}

}  // namespace stl10
