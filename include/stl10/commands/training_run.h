#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stl10/base/file.h"
#include "stl10/base/log.h"
#include "stl10/commands/command_line.h"
#include "stl10/commands/run_options.h"
#include "stl10/data/splits.h"
#include "stl10/report/summary.h"
#include "stl10/tasks/input.h"
#include "stl10/train/trainer.h"

namespace stl10 {

/// What the run of --checkpoint was to this one, as the summary begins its sentence on it.
inline constexpr char kBeganWith[] = "It began with the weights of";
inline constexpr char kFeaturesOf[] = "Its features are those of the encoder in";
inline constexpr char kEncoderLike[] = "Its encoder is new, of the kind in";

/// What a training command says of its method.
struct TrainingPlan {
  Selection selection;
  std::string validation;  ///< what the images of the split "validation" are called: "held-out", …
  std::string description;  ///< which images train and validate, said at the start
  std::string parent_role = kBeganWith;
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
using FinalJudge = std::function<FinalResults(const std::filesystem::path& folder, Log& log,
                                              const TrainState& state)>;

/// What a command that goes through no epochs says of its work.
struct WorkPlan {
  torch::nn::Module* network = nullptr;  ///< saved afterwards; null: the work makes none
  std::string validation;                ///< as TrainingPlan's
  std::string description;               ///< said at the start
  std::string parent_role = kBeganWith;
};

/// The work of such a command; counts images and their seconds in `state`.
using Work =
    std::function<FinalResults(const std::filesystem::path& folder, Log& log, TrainState& state)>;

/// What the images of the split "validation" are called: "test", "held-out" or "none".
std::string validation_name(const SplitOptions& options);

/// What every training command does alike, from its options to its output.
class TrainingRun {
 public:
  /// Checks the run folder and opens the data: all that can be refused before the method is made.
  /// @param config the command's options as JSON. @param parts none: the data isn't looked at.
  /// @param inputs files and run folders that the command reads, beside `options.checkpoint`.
  /// @throws Error; nothing is written, but for toy data that `options` ask for.
  TrainingRun(const Invocation& invocation, const RunOptions& options, const Json& config,
              const Parts& parts = {}, const std::vector<std::string>& inputs = {});

  /// Notes what was chosen before the run in its config. Call before `execute`.
  void set_config(const Json& config) {
    provenance_.config = resolved_config(config, invocation_.command);
  }

  /// Lets checkpoints keep what was chosen before the run, for runs that are resumed.
  void set_choice(const Json& choice) { provenance_.choice = choice; }

  /// What the method is made from; valid as long as this run lives.
  TaskInput input() const;

  /// What `execute` goes on from: the run's own checkpoint where it is resumed, which needs no
  /// other, else that of `options.checkpoint`, which must be named. Opened once, when first asked
  /// for.
  const Checkpoint& start();

  /// Lets checkpoints say what the encoder is, where the config names another run's, which the
  /// method has loaded itself.
  void set_encoder(const Json& encoder) { provenance_.encoder = encoder; }

  /// Loads what is resumed or started from, makes the run folder, trains, judges and reports.
  /// @throws Error, after the run's summary and log say why.
  void execute(Task& task, const TrainingPlan& plan, const FinalJudge& judge);

  /// The same for a command that goes through no epochs: its work, then the network saved.
  /// Interrupted, it is begun again by --resume. @throws Error.
  void execute_once(const WorkPlan& plan, const Work& work);

 private:
  bool resumed() const { return !invocation_.resume.empty(); }
  TrainState load_start(Task& task, Log& log);
  void save_environment(const std::filesystem::path& folder) const;
  std::filesystem::path open_folder(std::optional<FolderLock>& lock) const;
  void begin_log(const std::filesystem::path& folder, const std::string& beginning,
                 const std::string& description, Log& log) const;
  void guard(RunSummary& summary, Log& log, const std::function<void()>& work) const;
  /// What is said where there is no final judgement.
  struct FinalWords {
    std::string interrupted, if_diverged;
  };
  FinalResults judge_finally(const std::filesystem::path& folder, const FinalWords& words,
                             const std::function<FinalResults()>& judge) const;
  void save_results(const std::filesystem::path& folder, const FinalResults& results) const;
  void finish(const std::filesystem::path& folder, const RunSummary& summary, Log& log) const;

  const Invocation& invocation_;
  RunOptions options_;
  Compute compute_;
  Dataset data_;
  Provenance provenance_;
  std::optional<Checkpoint> start_;
};

}  // namespace stl10
