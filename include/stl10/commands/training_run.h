#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "stl10/base/log.h"
#include "stl10/commands/command_line.h"
#include "stl10/commands/run_options.h"
#include "stl10/data/splits.h"
#include "stl10/report/summary.h"
#include "stl10/tasks/input.h"
#include "stl10/train/trainer.h"

namespace stl10 {

/// What a training command says of its method.
struct TrainingPlan {
  Selection selection;
  std::string validation;  ///< what the images of the split "validation" are called: "held-out", …
  std::string description;          ///< which images train and validate, said at the start
  Json constants = Json::object();  ///< further keys of every line of metrics.jsonl
  /// What to warn of after an epoch, if anything; may be empty.
  std::function<std::optional<std::string>(const EpochRecord&)> warning_after = {};
};

/// What a training command measures with the final weights.
struct FinalResults {
  FinalMetrics metrics;
  std::string predictions;  ///< content of predictions.csv; empty: there is none
};

/// Judges the final weights, after the training that left `state`.
using FinalJudge = std::function<FinalResults(const TrainState& state)>;

/// What the images of the split "validation" are called: "test", "held-out" or "none".
std::string validation_name(const SplitOptions& options);

/// What every training command does alike, from its options to its output.
class TrainingRun {
 public:
  /// Checks the run folder and opens the data: all that can be refused before the method is made.
  /// @param config the command's options as JSON. @throws Error; nothing is written.
  TrainingRun(const Invocation& invocation, const RunOptions& options, const Json& config,
              const Parts& parts = {});

  /// What the method is made from; valid as long as this run lives.
  TaskInput input() const;

  /// Loads what is resumed or started from, makes the run folder, trains, judges and reports.
  /// @throws Error, after the run's summary and log say why.
  void execute(Task& task, const TrainingPlan& plan, const FinalJudge& judge);

 private:
  bool resumed() const { return !invocation_.resume.empty(); }
  TrainState load_start(Task& task, Log& log) const;
  void save_environment(const std::filesystem::path& folder) const;
  FinalResults judge_finally(const std::filesystem::path& folder, const TrainState& state,
                             const FinalJudge& judge) const;
  void finish(const std::filesystem::path& folder, const RunSummary& summary, Log& log) const;

  const Invocation& invocation_;
  RunOptions options_;
  Compute compute_;
  Dataset data_;
  Provenance provenance_;
};

}  // namespace stl10
