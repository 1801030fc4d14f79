#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stl10/evaluate/class_centres.h"
#include "stl10/nn/classifier.h"
#include "stl10/train/checkpoint.h"

namespace stl10 {

/// A classifier as a checkpoint of supervised, finetune or linear-probe holds it.
struct SavedClassifier {
  Classifier network = nullptr;
  Tap tap = Tap::kDense;                ///< of its head
  std::vector<int64_t> absent;          ///< classes that a probe had no labels of: probability 0
  std::optional<ClassCentres> centres;  ///< where the checkpoint is of the final weights
};

/// What a checkpoint keeps beside a classifier's weights, by name.
std::map<std::string, at::Tensor> beside_classifier(const ClassCentres& centres);

bool holds_classifier(const Checkpoint& checkpoint);

/// The classifier of a checkpoint, or nothing where that holds an encoder without one.
/// @param class_names those of the present data. @throws UsageError where the classifier is of
/// others, or doesn't fit its encoder.
std::optional<SavedClassifier> load_classifier(const Checkpoint& checkpoint,
                                               const std::vector<std::string>& class_names);

}  // namespace stl10
