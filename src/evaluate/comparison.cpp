#include "stl10/evaluate/comparison.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>

namespace stl10 {
namespace {

/// double (N): how often the classifiers are right on each image.
at::Tensor correct_of(const std::vector<Predictions>& classifiers) {
  at::Tensor sum = at::zeros(classifiers.front().labels.sizes(), at::kDouble);
  for (const Predictions& one : classifiers) sum += one.predicted.eq(one.labels);
  return sum / static_cast<double>(classifiers.size());
}

}  // namespace

MeanDeviation mean_deviation(const std::vector<std::optional<double>>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const std::optional<double>& value : values) {
    if (!value) return {};
    mean += *value / n;
  }
  if (values.size() < 2) return {.mean = mean};
  for (const std::optional<double>& value : values) squares += (*value - mean) * (*value - mean);
  return {.mean = mean, .deviation = std::sqrt(squares / (n - 1))};
}

Comparison compare(const std::vector<Predictions>& first, const std::vector<Predictions>& second) {
  const at::Tensor a = correct_of(first), b = correct_of(second);
  Comparison comparison{.accuracy = paired_difference(b, a)};
  if (first.size() == 1 && second.size() == 1) comparison.mcnemar = mcnemar(a.gt(0), b.gt(0));
  const at::Tensor& labels = first.front().labels;
  const int64_t classes = first.front().probabilities.size(1);
  for (int64_t k = 0; k < classes; ++k) {
    const at::Tensor own = labels.eq(k);
    comparison.classes.emplace_back();
    if (!own.any().item<bool>()) continue;
    comparison.classes.back() = paired_difference(b.masked_select(own), a.masked_select(own));
  }
  return comparison;
}

}  // namespace stl10
