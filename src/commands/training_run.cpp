#include "stl10/commands/training_run.h"

#include <cstdio>

#include "stl10/base/cpu.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/commands/version.h"
#include "stl10/data/toy.h"
#include "stl10/report/metrics_file.h"
#include "stl10/report/run_folder.h"
#include "stl10/report/terminal.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

fs::path find_folder(const Invocation& invocation, const RunOptions& options) {
  if (!invocation.resume.empty()) return invocation.resume;
  fs::path folder = run_folder_path(options.output, invocation.command);
  check_run_folder(folder, invocation.overwrite);
  return folder;
}

Dataset open_data(const RunOptions& options, const Parts& parts) {
  if (options.make_toy && !fs::exists(options.data_dir)) write_toy(options.data_dir, {});
  return open_dataset(options.data_dir, parts);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void check_classes(const fs::path& path, const Provenance& saved, const Provenance& present) {
  if (saved.class_names == present.class_names) return;
  throw UsageError({path.string() + " was trained on other classes", joined(present.class_names),
                    joined(saved.class_names), "name the data that it was trained on"});
}

void check_data(const fs::path& path, const Provenance& saved, const Provenance& present) {
  if (saved.data == present.data) return;
  throw UsageError({path.string() + " was trained on other images", saved.data, present.data,
                    "name the same data with --data-dir, or start a new run with --checkpoint"});
}

}  // namespace

TrainingRun::TrainingRun(const Invocation& invocation, const RunOptions& options,
                         const Json& config, const Parts& parts)
    : invocation_(invocation),
      options_(options),
      folder_(find_folder(invocation, options)),
      compute_(start_compute(options.compute)),
      data_(open_data(options, parts)),
      provenance_{.command = invocation.command,
                  .config = resolved_config(config, invocation.command),
                  .class_names = data_.class_names,
                  .data = fingerprint(data_),
                  .precision = std::string(precision_name(compute_)),
                  .instruction_set = std::string(name_of(best_instruction_set()))} {}

TaskInput TrainingRun::input() const {
  return {.data = data_,
          .compute = compute_,
          .seed = static_cast<uint64_t>(options_.seed),
          .steps_per_epoch = options_.steps_per_epoch};
}

TrainState TrainingRun::load_start(Task& task, Log& log) const {
  if (!resumed() && options_.checkpoint.empty()) return {};
  const fs::path path = checkpoint_file(resumed() ? fs::path(invocation_.resume) / kLastCheckpoint
                                                  : fs::path(options_.checkpoint));
  const Provenance saved = read_provenance(path);
  check_classes(path, saved, provenance_);
  if (!resumed()) {
    load_weights(path, task.network());
    return {};
  }
  check_data(path, saved, provenance_);
  TrainState state = load_checkpoint(path, task);
  if (saved.precision != provenance_.precision) {
    log.warn("the run so far computed in " + saved.precision + ", this machine goes on in " +
             provenance_.precision + "; the result will not be that of one machine");
  }
  return state;
}

void TrainingRun::open_folder(Log& log) const {
  if (!resumed()) {
    make_run_folder(folder_, invocation_.overwrite);
    save_json(folder_ / "config.json", provenance_.config);
  }
  save_json(folder_ / "environment.json", environment(compute_, provenance_.data));
  log.add_file(folder_ / "log.txt");
}

void TrainingRun::execute(Task& task, const TrainingPlan& plan,
                          const std::function<FinalResults()>& judge) {
  Log log;
  TrainState state = load_start(task, log);
  open_folder(log);
  log.note((resumed() ? "resumed at epoch " + std::to_string(state.epoch + 1) : "started") +
           " on " + compute_.device.str());
  MetricsFile metrics(folder_, state.epoch);
  TerminalProgress progress(log, options_.epochs, plan.validation, invocation_.quiet);
  RunSummary summary(invocation_.command, folder_, plan.validation, plan.selection.metric,
                     options_.checkpoint);
  try {
    state = train({.epochs = options_.epochs,
                   .selection = plan.selection,
                   .save = SavePlan{folder_, provenance_}},
                  task, state, {&metrics, &progress});
    const FinalResults results = judge();
    if (!results.predictions.empty()) {
      save_atomically(folder_ / "predictions.csv", results.predictions);
    }
    summary.save_done(state, results.metrics);
  } catch (const Error& error) {
    log.note(error.what());
    summary.save_failure(error);
    throw;
  }
  mark_latest(folder_, invocation_.command);
  std::fputs(invocation_.json ? summary.json_text().c_str() : summary.table().c_str(), stdout);
}

}  // namespace stl10
