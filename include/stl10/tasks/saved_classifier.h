#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stl10/nn/classifier.h"

namespace stl10 {

/// A classifier as a checkpoint of supervised, finetune or linear-probe holds it.
struct SavedClassifier {
  Classifier network = nullptr;
  Tap tap = Tap::kDense;        ///< of its head
  std::vector<int64_t> absent;  ///< classes that a probe had no labels of: probability 0
};

/// The classifier of a checkpoint, or nothing where that holds an encoder without one.
/// @param path a run folder or a file. @throws as read_pretrained.
std::optional<SavedClassifier> load_classifier(const std::filesystem::path& path,
                                               const std::vector<std::string>& class_names);

}  // namespace stl10
