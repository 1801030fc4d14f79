#pragma once

#include "stl10/commands/run_options.h"
#include "stl10/tasks/label_spread.h"
#include "stl10/tasks/plain_weights.h"

namespace stl10 {

/// The keys of `stl10 label-spread`.
struct LabelSpreadConfig {
  RunOptions run;
  LabelSpreadOptions task;
  PlainWeightsOptions encoder;
};

template <class Visitor>
void visit_fields(LabelSpreadConfig& config, Visitor& field) {
  visit_common(config.run, field,
               "run folder or file that holds the encoder; null: the newest pretraining run");
  visit_fields(config.task, field);
  field("encoder", config.encoder, "");
}

}  // namespace stl10
