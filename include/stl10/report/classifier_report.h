#pragma once

#include <string>
#include <vector>

#include "stl10/base/options_json.h"
#include "stl10/evaluate/classifier_measures.h"

namespace stl10 {

/// All figures of a classifier as summary.json has them, beside loss, accuracy and count.
Json to_json(const ClassifierMeasures& judgement, const std::vector<std::string>& class_names);

/// The same for the terminal, short: intervals, calibration, a table of the classes, what is
/// confused and the surest mistakes. What is undefined is a dash.
std::vector<std::string> lines_of(const ClassifierMeasures& judgement,
                                  const std::vector<std::string>& class_names);

}  // namespace stl10
