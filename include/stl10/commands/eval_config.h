#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/commands/run_options.h"
#include "stl10/tasks/evaluation.h"
#include "stl10/tasks/plain_weights.h"

namespace stl10 {

/// By which images runs are compared; `validation`: held out of the training labels.
enum class ComparedImages { kTest, kValidation };
inline std::vector<std::string_view> enum_names(ComparedImages) { return {"test", "validation"}; }

/// The keys of `stl10 eval`.
struct EvalConfig {
  RunOptions run;
  std::vector<std::string> runs;
  ComparedImages compared_images = ComparedImages::kTest;
  std::optional<std::string> wrong;
  int64_t wrong_images = 200;
  EvaluationOptions task;
  PlainWeightsOptions encoder;
};

template <class Visitor>
void visit_fields(EvalConfig& config, Visitor& field) {
  visit_common(config.run, field,
               "run folder or file to judge; null: the newest linear-probe, finetune or supervised "
               "run");
  field("runs", config.runs, "compare these runs by their predictions instead");
  field("compared_images", config.compared_images,
        "compare runs by their test images, or by the training images that linear-probe held out");
  field("wrong", config.wrong, "a new folder for the misjudged test images, as PNG");
  field("wrong_images", config.wrong_images, "at most this many: those it is surest of",
        between(1, 1e6));
  visit_fields(config.task, field);
  field("encoder", config.encoder, "");
}

}  // namespace stl10
