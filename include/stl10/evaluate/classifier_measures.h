#pragma once

#include <optional>
#include <vector>

#include "stl10/evaluate/calibration.h"
#include "stl10/evaluate/classification.h"
#include "stl10/evaluate/predictions.h"

namespace stl10 {

/// All that predictions say of a classifier.
struct ClassifierMeasures {
  Classification scores;
  std::optional<double> top5;  ///< empty at five classes or fewer
  Calibration calibration;
  std::vector<Mistake> mistakes;  ///< the 20 it is surest of
};

ClassifierMeasures measure_classifier(const Predictions& predictions);

}  // namespace stl10
