#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stl10/base/log.h"
#include "stl10/commands/run_inputs.h"
#include "stl10/data/splits.h"
#include "stl10/report/summary.h"
#include "stl10/train/trainer.h"

/// The way of a run, once its command has opened its inputs and made its method: folder, training
/// or other work, judgement, files, result.
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
  /// What the checkpoint of the final weights keeps beside them, by name.
  std::map<std::string, at::Tensor> beside = {};
};

/// Judges the final weights, after the training that left `state`. All processes of a group do, and
/// what rank 0 finds counts; it alone writes.
using FinalJudge = std::function<FinalResults(const std::filesystem::path& folder, Log& log,
                                              const TrainState& state)>;

/// What a command that goes through no epochs says of its work.
struct WorkPlan {
  torch::nn::Module* network = nullptr;  ///< saved afterwards; null: the work makes none
  std::string validation;                ///< as TrainingPlan's
  std::string description;               ///< said at the start
  std::string parent_role = kBeganWith;
};

/// The work of such a command, by all processes of a group likewise; counts images and their
/// seconds in `state`.
using Work =
    std::function<FinalResults(const std::filesystem::path& folder, Log& log, TrainState& state)>;

/// What the images of the split "validation" are called: "test", "held-out" or "none".
std::string validation_name(const SplitOptions& options);

/// Loads what is resumed or started from, makes the run folder, trains, judges and reports.
/// @throws Error, after the run's summary and log say why.
void train_run(const RunInputs& inputs, Task& task, const TrainingPlan& plan,
               const FinalJudge& judge);

/// The same for a command that goes through no epochs: its work, then the network saved.
/// Interrupted, it is begun again by --resume. @throws Error.
void work_run(const RunInputs& inputs, const WorkPlan& plan, const Work& work);

}  // namespace stl10
