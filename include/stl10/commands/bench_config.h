#pragma once

#include <cstdint>
#include <string>

#include "stl10/base/options.h"

namespace stl10 {

/// The keys of `stl10 bench` beside those of the command that it measures.
struct BenchConfig {
  int64_t warmup_steps = 3;
  int64_t measured_steps = 30;
  std::string trace;
};

template <class Visitor>
void visit_fields(BenchConfig& config, Visitor& field) {
  field("warmup_steps", config.warmup_steps, "steps before those that are measured",
        between(0, 1e6));
  field("measured_steps", config.measured_steps, "steps that are measured", between(2, 1e6));
  field("trace", config.trace, "write the steps' stages to this file as Chrome's trace events");
}

}  // namespace stl10
