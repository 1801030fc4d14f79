#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "stl10/evaluate/confidence_interval.h"

/// How good a classifier's predictions are. N images, K classes. What is undefined is empty, never
/// NaN.
namespace stl10 {

/// Of one class; TP, FP and FN are its true positives, false positives and false negatives.
struct ClassScores {
  int64_t images = 0;               ///< with this label: TP + FN
  int64_t predicted = 0;            ///< TP + FP
  std::optional<double> precision;  ///< TP/(TP + FP); empty where it is never predicted
  std::optional<double> recall;     ///< TP/(TP + FN); empty where it has no images
  std::optional<double> f1;         ///< 2TP/(2TP + FP + FN); empty where it has neither
  std::optional<double> iou;        ///< TP/(TP + FP + FN), Jaccard's index; empty likewise
};

/// A mean over the classes where a score is defined.
struct ClassMean {
  std::optional<double> value;  ///< empty where it is defined for none
  int64_t classes = 0;
};

struct Classification {
  int64_t count = 0;
  double accuracy = 0;
  ConfidenceInterval accuracy_interval;
  at::Tensor confusion;  ///< int64 (K, K): rows are labels, columns predictions
  std::vector<ClassScores> classes;
  ClassMean precision, recall, f1, iou;  ///< scikit-learn's "macro" with zero_division=nan
  std::optional<double> kappa;           ///< Cohen 1960; empty where chance alone agrees always
};

/// @param labels, predicted int64 (N) in [0, classes), N ≥ 1.
Classification classification(const at::Tensor& labels, const at::Tensor& predicted,
                              int64_t classes);

/// How many images of a class were taken for another one.
struct Confusion {
  size_t label = 0, predicted = 0;
  int64_t images = 0;
};

/// The pairs of classes that are confused most often, at most `count`; of equally frequent ones the
/// first labels.
std::vector<Confusion> most_confused(const Classification& scores, size_t count);

/// Share of images whose label is among the k most probable classes; of equally probable ones the
/// smaller number comes first. Empty where there are k classes or fewer.
/// @param probabilities any floating type (N, K).
std::optional<double> top_k_accuracy(const at::Tensor& probabilities, const at::Tensor& labels,
                                     int64_t k = 5);

}  // namespace stl10
