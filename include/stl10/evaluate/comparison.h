#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stl10/evaluate/paired_difference.h"
#include "stl10/evaluate/paired_tests.h"
#include "stl10/evaluate/predictions.h"

/// Classifiers, or several of one kind (seeds, folds), against one another on the same images.
namespace stl10 {

/// Mean over several classifiers.
struct MeanDeviation {
  std::optional<double> mean;       ///< empty where it is undefined for one of them
  std::optional<double> deviation;  ///< sample standard deviation (n − 1); empty for one classifier
};

MeanDeviation mean_deviation(const std::vector<std::optional<double>>& values);

/// How much more often the second is right.
struct Comparison {
  PairedDifference accuracy;
  std::optional<McNemar> mcnemar;  ///< empty where a side is several classifiers
  /// On the images of each class, a difference of recalls; empty where it has none.
  std::vector<std::optional<PairedDifference>> classes;
};

/// Compares the mean over the classifiers of either side, image by image.
/// @param first, second at least one each, all of the same images in the same order.
Comparison compare(const std::vector<Predictions>& first, const std::vector<Predictions>& second);

}  // namespace stl10
