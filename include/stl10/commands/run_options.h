#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "stl10/base/compute.h"
#include "stl10/base/options.h"

namespace stl10 {

/// What all training commands have in common: data, where to compute, seed, length, a start.
struct RunOptions {
  std::string data_dir = "data/stl10_binary";
  std::string output;
  bool make_toy = false;
  std::optional<std::string> checkpoint;
  ComputeOptions compute;
  int64_t seed = 0;
  int64_t epochs = 40;
  std::optional<int64_t> steps_per_epoch;
  int64_t join_seconds = 60;
  int64_t exchange_seconds = 300;
};

/// Those of every command that makes a run, trained by epochs or not.
template <class Visitor>
void visit_common(RunOptions& options, Visitor& field, const char* checkpoint_help) {
  field("data_dir", options.data_dir, "folder with the STL-10 binaries");
  field("output", options.output, "run folder; empty: runs/<command>/<time>");
  field("make_toy", options.make_toy,
        "make the toy data set where data_dir is missing; one that --data-dir names only if "
        "--make-toy stands beside it");
  field("checkpoint", options.checkpoint, checkpoint_help);
  visit_fields(options.compute, field);
  field("seed", options.seed, "of every random draw", at_least(0));
  field("join_seconds", options.join_seconds, "wait so long for the other processes of a group",
        between(1, 1e6));
  field("exchange_seconds", options.exchange_seconds,
        "one of them may keep the others waiting so long, by saving or hanging", between(1, 1e6));
}

/// How long a command trains.
template <class Visitor>
void visit_length(RunOptions& options, Visitor& field) {
  field("epochs", options.epochs, "passes over the training images", between(1, 1e9));
  field("steps_per_epoch", options.steps_per_epoch, "null: one pass over the images",
        between(1, 1e9));
}

template <class Visitor>
void visit_fields(RunOptions& options, Visitor& field) {
  visit_common(options, field,
               "start from the weights of this run folder or file; null: from new ones");
  visit_length(options, field);
}

}  // namespace stl10
