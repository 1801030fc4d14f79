#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stl10/evaluate/labeled_features.h"
#include "stl10/evaluate/logistic_regression.h"

namespace stl10 {

/// One way to hold images out: fit to some, judge by others; x float, on the CPU.
struct HeldOutFeatures {
  LabeledFeatures train, held_out;
};

/// What the held-out images say of one value of an option; means over those of all parts.
struct Candidate {
  double value = 0;
  double loss = 0, accuracy = 0;
  at::Tensor logits = {};  ///< (M, K) of all held-out images, part after part; while it may win
};

/// The value chosen, and all that were tried.
struct Choice {
  double value = 0;
  std::vector<Candidate> path;
  at::Tensor logits = {};  ///< the chosen one's
  bool at_end = false;  ///< whether it is the first or last one there is: the best may lie beyond
};

/// Adds logits and the sums of loss and hits over held-out images, whose mean a Candidate holds in
/// the end.
/// @param logits any floating type (N, K). @param labels int64 (N).
/// @param class_weights double (K): what each image's loss is multiplied with; undefined: 1.
void add_held_out(const at::Tensor& logits, const at::Tensor& labels, Candidate& candidate,
                  const at::Tensor& class_weights = {});

/// Takes the path's candidate at `best`. @param count of all values that could have been tried.
void settle(Choice& choice, size_t best, size_t count);

/// Three values a decade from 10 down to 1e-5: 19.
std::vector<double> l2_values();

/// Goes along `values`, from strong to weak, each fit from the weights of the one before, and
/// chooses the one with the lowest held-out cross-entropy (unlike accuracy, it is smooth, and rates
/// every probability). Ends early after three values in a row that are worse than the best.
/// @param parts at least one. @param class_weights of the fits' and the held-out losses, as
/// LogisticRegressionFit's. @param group as its. @throws Interrupted.
Choice choose_l2(const std::vector<HeldOutFeatures>& parts, int64_t classes,
                 const std::vector<double>& values = l2_values(),
                 const at::Tensor& class_weights = {}, const Group& group = {});

}  // namespace stl10
