#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "stl10/base/options_json.h"
#include "stl10/evaluate/class_weights.h"
#include "stl10/tasks/input.h"
#include "stl10/tasks/pretrained.h"
#include "stl10/tasks/probe_data.h"

namespace stl10 {

/// What untrained features give, through the same tuned logistic regression.
struct Floor {
  std::string name;                ///< "pixels", "color_histogram" or "random_encoder"
  double accuracy = 0;             ///< on the test images; mean over seeds and folds
  double l2 = 0;                   ///< chosen; the median over seeds and folds
  std::vector<double> accuracies;  ///< of each seed and fold
  double held_out_accuracy = 0;    ///< inside the labels, by what chose L2; mean likewise
  at::Tensor correct;              ///< double (M): how often each test image was right, 0 to 1
};

/// What floors depend on.
struct FloorRequest {
  PretrainedEncoder encoder;        ///< its kind; its weights are not used
  std::vector<ProbeLabels> labels;  ///< with parts to choose L2 by
  int64_t views = 1;                ///< whose mean features the encoder gives (`mean_features`)
  ClassWeights class_weights = ClassWeights::kNone;
};

/// Pixels, colour histogram, and the encoder with the initial weights of three seeds (the run's and
/// the two after it), its batch statistics estimated on training images. @throws Interrupted.
std::vector<Floor> measure_floors(const FloorRequest& request, const TaskInput& input);

/// Equal where floors are: every byte of the images and labels that they come from, parts, seed,
/// architecture, tap, views, class weights, device, precision and instruction set.
Json floors_key(const FloorRequest& request, const TaskInput& input);

/// A JSON object with the key, to be read by the next run.
std::string floors_text(const std::vector<Floor>& floors, const Json& key);

/// The floors of such a text where it has the same key, else none; a damaged one has none.
std::vector<Floor> floors_from_text(const std::string& text, const Json& key);

}  // namespace stl10
