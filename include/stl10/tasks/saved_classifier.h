#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stl10/nn/classifier.h"
#include "stl10/train/checkpoint.h"

namespace stl10 {

/// A classifier as a checkpoint of supervised, finetune or linear-probe holds it.
struct SavedClassifier {
  Classifier network = nullptr;
  Tap tap = Tap::kDense;        ///< of its head
  std::vector<int64_t> absent;  ///< classes that a probe had no labels of: probability 0
};

bool holds_classifier(const Checkpoint& checkpoint);

/// The classifier of a checkpoint, or nothing where that holds an encoder without one.
/// @param class_names those of the present data. @throws UsageError where the classifier is of
/// others, or doesn't fit its encoder.
std::optional<SavedClassifier> load_classifier(const Checkpoint& checkpoint,
                                               const std::vector<std::string>& class_names);

}  // namespace stl10
