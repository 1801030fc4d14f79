#pragma once

#include <string>
#include <vector>

#include "stl10/commands/run_options.h"
#include "stl10/tasks/evaluation.h"

namespace stl10 {

/// The keys of `stl10 eval`.
struct EvalConfig {
  RunOptions run;
  std::vector<std::string> runs;
  EvaluationOptions task;
};

template <class Visitor>
void visit_fields(EvalConfig& config, Visitor& field) {
  visit_common(config.run, field,
               "run folder or file to judge; null: the newest linear-probe, finetune or supervised "
               "run");
  field("runs", config.runs, "compare these runs by their predictions instead");
  visit_fields(config.task, field);
}

}  // namespace stl10
