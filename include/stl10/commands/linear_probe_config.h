#pragma once

#include "stl10/commands/run_options.h"
#include "stl10/tasks/linear_probe.h"
#include "stl10/tasks/plain_weights.h"

namespace stl10 {

/// The keys of `stl10 linear-probe`.
struct LinearProbeConfig {
  RunOptions run;
  LinearProbeOptions task;
  PlainWeightsOptions encoder;
};

template <class Visitor>
void visit_fields(LinearProbeConfig& config, Visitor& field) {
  visit_common(config.run, field,
               "run folder or file that holds the encoder; null: the newest pretraining run");
  visit_fields(config.task, field);
  field("encoder", config.encoder, "");
}

}  // namespace stl10
