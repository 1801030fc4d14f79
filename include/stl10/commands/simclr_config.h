#pragma once

#include "stl10/commands/run_options.h"
#include "stl10/tasks/simclr.h"

namespace stl10 {

/// The keys of `stl10 simclr-pretrain`; the defaults are configs/simclr.json.
struct SimclrConfig {
  RunOptions run{.epochs = 30};
  SimclrOptions task;
};

template <class Visitor>
void visit_fields(SimclrConfig& config, Visitor& field) {
  visit_fields(config.run, field);
  visit_fields(config.task, field);
}

}  // namespace stl10
