#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stl10/base/log.h"
#include "stl10/report/summary.h"
#include "stl10/tasks/floors.h"
#include "stl10/tasks/linear_probe.h"

/// What `linear-probe` and `finetune` share: where the encoder comes from, what was chosen, kNN and
/// floors.
namespace stl10 {

/// The floors from this folder's floors.json, or that of the newest linear-probe or finetune run,
/// where they are of equal data, labels and architecture; else measured. Saved in `folder`.
std::vector<Floor> floors_for(const std::filesystem::path& folder, const FloorRequest& request,
                              const TaskInput& input, Log& log);

/// A choice as a run's checkpoints keep it. Losses that are no number are null.
Json to_json(const Choice& choice);

/// Null, of a checkpoint that keeps none: nothing. @throws Json::exception.
std::optional<Choice> choice_from_json(const Json& json);

/// Adds `choice`, all candidates of `option`, to the summary, and a sentence.
/// @param by "held-out loss", …
void add_choice(const Choice& choice, const std::string& option, const std::string& by,
                FinalMetrics& metrics);

/// Adds `knn` and `knn_200` to the summary and a row each; warns where the bank is smaller than k.
void add_knn(const std::vector<KnnResult>& knn, int64_t test_count, FinalMetrics& metrics,
             Log& log);

/// Adds `floors` to the summary and a row each, the paired difference with its interval too; warns
/// where the classifier doesn't clearly beat them.
/// @param correct double (M): how often the classifier is right on each test image.
void add_floors(const std::vector<Floor>& floors, const at::Tensor& correct, FinalMetrics& metrics,
                Log& log);

}  // namespace stl10
