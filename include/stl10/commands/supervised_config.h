#pragma once

#include "stl10/commands/run_options.h"
#include "stl10/data/dataset.h"
#include "stl10/tasks/supervised.h"

namespace stl10 {

/// The keys of `stl10 supervised`; the defaults are configs/supervised.json.
struct SupervisedConfig {
  RunOptions run{.epochs = 100};
  SupervisedOptions task;
};

template <class Visitor>
void visit_fields(SupervisedConfig& config, Visitor& field) {
  visit_fields(config.run, field);
  visit_fields(config.task, field);
}

/// The parts of the data that supervised training reads.
inline Parts parts_of(const SupervisedOptions&) { return {}; }

}  // namespace stl10
