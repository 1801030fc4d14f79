#include "stl10/evaluate/classification.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace stl10 {
namespace {

std::optional<double> ratio(int64_t part, int64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

ClassMean mean_of(const std::vector<ClassScores>& classes,
                  std::optional<double> ClassScores::*score) {
  ClassMean mean;
  double sum = 0;
  for (const ClassScores& scores : classes) {
    if (!(scores.*score)) continue;
    sum += *(scores.*score);
    ++mean.classes;
  }
  if (mean.classes > 0) mean.value = sum / static_cast<double>(mean.classes);
  return mean;
}

/// Agreement beyond chance: (observed − expected)/(1 − expected).
std::optional<double> kappa_of(const std::vector<ClassScores>& classes, double accuracy,
                               int64_t count) {
  double expected = 0;
  for (const ClassScores& scores : classes) {
    expected += static_cast<double>(scores.images) * static_cast<double>(scores.predicted);
  }
  expected /= static_cast<double>(count) * static_cast<double>(count);
  if (expected >= 1) return std::nullopt;
  return (accuracy - expected) / (1 - expected);
}

}  // namespace

Classification classification(const at::Tensor& labels, const at::Tensor& predicted,
                              int64_t classes) {
  TORCH_CHECK(labels.sizes() == predicted.sizes() && labels.numel() > 0,
              "one prediction for each label");
  Classification result{.count = labels.numel()};
  result.confusion =
      at::bincount(labels * classes + predicted, {}, classes * classes).reshape({classes, classes});
  const auto confusion = result.confusion.accessor<int64_t, 2>();
  int64_t hits = 0;
  for (int64_t k = 0; k < classes; ++k) {
    ClassScores scores;
    for (int64_t other = 0; other < classes; ++other) {
      scores.images += confusion[k][other];
      scores.predicted += confusion[other][k];
    }
    const int64_t both = confusion[k][k];
    hits += both;
    scores.precision = ratio(both, scores.predicted);
    scores.recall = ratio(both, scores.images);
    scores.f1 = ratio(2 * both, scores.images + scores.predicted);
    scores.iou = ratio(both, scores.images + scores.predicted - both);
    result.classes.push_back(scores);
  }
  result.accuracy = *ratio(hits, result.count);
  result.accuracy_interval = wilson_interval(hits, result.count);
  result.precision = mean_of(result.classes, &ClassScores::precision);
  result.recall = mean_of(result.classes, &ClassScores::recall);
  result.f1 = mean_of(result.classes, &ClassScores::f1);
  result.iou = mean_of(result.classes, &ClassScores::iou);
  result.kappa = kappa_of(result.classes, result.accuracy, result.count);
  return result;
}

std::vector<Confusion> most_confused(const Classification& scores, size_t count) {
  std::vector<Confusion> pairs;
  const auto confusion = scores.confusion.accessor<int64_t, 2>();
  for (int64_t label = 0; label < confusion.size(0); ++label) {
    for (int64_t other = 0; other < confusion.size(1); ++other) {
      if (label == other || confusion[label][other] == 0) continue;
      pairs.push_back(
          {static_cast<size_t>(label), static_cast<size_t>(other), confusion[label][other]});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Confusion& a, const Confusion& b) { return a.images > b.images; });
  pairs.resize(std::min(pairs.size(), count));
  return pairs;
}

std::optional<double> top_k_accuracy(const at::Tensor& probabilities, const at::Tensor& labels,
                                     int64_t k) {
  const int64_t classes = probabilities.size(1);
  if (classes <= k) return std::nullopt;
  const at::Tensor column = labels.unsqueeze(1);
  const at::Tensor own = probabilities.gather(1, column);
  const at::Tensor smaller = at::arange(classes, at::kLong).unsqueeze(0).lt(column);
  const at::Tensor before =
      probabilities.gt(own).logical_or(probabilities.eq(own).logical_and(smaller));
  return before.sum(1).lt(k).to(at::kDouble).mean().item<double>();
}

}  // namespace stl10
