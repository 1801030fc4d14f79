#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "stl10/evaluate/logistic_regression.h"

namespace stl10 {

/// Labeled features: x float (N, D), labels int64 (N); on the CPU.
struct LabeledFeatures {
  at::Tensor x, labels;
};

/// One way to hold images out: fit to some, judge by others.
struct HeldOutFeatures {
  LabeledFeatures train, held_out;
};

/// What the held-out images say of one value of an option; means over those of all parts.
struct Candidate {
  double value = 0;
  double loss = 0, accuracy = 0;
};

/// The value chosen, and all that were tried.
struct Choice {
  double value = 0;
  std::vector<Candidate> path;
  bool at_end = false;  ///< whether it is the first or last one there is: the best may lie beyond
};

/// Three values a decade from 10 down to 1e-5: 19.
std::vector<double> l2_values();

/// Goes along `values`, from strong to weak, each fit from the weights of the one before, and
/// chooses the one with the lowest held-out cross-entropy (unlike accuracy, it is smooth, and rates
/// every probability). Ends early after three values in a row that are worse than the best.
/// @param parts at least one. @throws Interrupted.
Choice choose_l2(const std::vector<HeldOutFeatures>& parts, int64_t classes,
                 const std::vector<double>& values = l2_values());

}  // namespace stl10
