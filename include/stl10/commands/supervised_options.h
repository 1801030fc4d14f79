#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "stl10/augment/options.h"
#include "stl10/base/device.h"
#include "stl10/base/options.h"
#include "stl10/data/splits.h"
#include "stl10/nn/classifier.h"
#include "stl10/train/optimizer.h"
#include "stl10/train/schedule.h"

namespace stl10 {

/// The defaults are configs/baseline.json: the report's experiment.
struct SupervisedOptions {
  std::string data_dir = "data/stl10_binary";
  std::string output;
  bool make_toy = false;
  ComputeOptions compute;
  int64_t seed = 0;
  int64_t epochs = 40;
  std::optional<int64_t> steps_per_epoch;
  int64_t batch_size = 25;
  double learning_rate = 1e-3;
  double label_smoothing = 0;
  SplitOptions split{.validation = Validation::kTest};
  AugmentOptions augment = augment_preset("classification");
  EncoderOptions encoder;
  HeadOptions head{.outputs = 20};
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
};

template <class Visitor>
void visit_fields(SupervisedOptions& options, Visitor& field) {
  field("data_dir", options.data_dir, "folder with the STL-10 binaries");
  field("output", options.output, "run folder; empty: runs/<command>/<time>");
  field("make_toy", options.make_toy, "make the toy data set in data_dir where that is missing");
  visit_fields(options.compute, field);
  field("seed", options.seed, "of every random draw", at_least(0));
  field("epochs", options.epochs, "passes over the training images", at_least(1));
  field("steps_per_epoch", options.steps_per_epoch, "null: one pass over the images", at_least(1));
  field("batch_size", options.batch_size, "labeled images a step", at_least(1));
  field("learning_rate", options.learning_rate, "base learning rate", above(0));
  field("width", options.encoder.width, "channels of the convolutions", between(1, 65536));
  field("label_smoothing", options.label_smoothing, "share of the target spread over all outputs",
        between(0, 0.999));
  visit_fields(options.split, field);
  field("augment", options.augment, "");
  field("encoder", options.encoder, "");
  field("head", options.head, "");
  field("optimizer", options.optimizer, "");
  field("schedule", options.schedule, "");
}

}  // namespace stl10
