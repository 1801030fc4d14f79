#pragma once

#include <string>
#include <vector>

#include "stl10/evaluate/classifier_measures.h"

/// What a page shows of a classifier.
namespace stl10 {

/// The confusion matrix as a heat map with its numbers; of more classes than a screen holds, what
/// is confused most often.
std::string html_confusion(const Classification& scores,
                           const std::vector<std::string>& class_names);

/// Precision, recall, F1 and IoU of each class.
std::string html_classes(const Classification& scores, const std::vector<std::string>& class_names);

/// How often it is right against how sure it is.
std::string html_reliability(const Calibration& calibration);

}  // namespace stl10
