#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "stl10/evaluate/comparison.h"
#include "stl10/evaluate/l2_path.h"

/// What a method that looks at unlabeled images makes of labels that get fewer, or uneven, beside
/// one that doesn't.
namespace stl10 {

/// What learns and what judges. N training, M test and U unlabeled images, all classes K.
struct LearningPoints {
  LabeledFeatures train;  ///< x float (N, D), labels int64 (N)
  LabeledFeatures test;
  at::Tensor unlabeled;  ///< float (U, D), U ≥ 0
  int64_t classes = 0;
};

/// Over draws of labels. Macro F1 is over the classes that test images or predictions have.
struct MethodScores {
  MeanDeviation accuracy, macro_f1;
};

/// What a number of labels gives, on the test images.
struct LabelCurvePoint {
  std::vector<int64_t> counts;  ///< labels of the most frequent class, the second, …
  int64_t labels = 0;           ///< their sum
  double ratio = 1;             ///< of the most to the least frequent class, as asked for
  MethodScores probe, spreading;
};

struct LabelCurves {
  std::vector<LabelCurvePoint> fewer;  ///< even, 5, 10, 20, 50, … a class; the last has all labels
  std::vector<LabelCurvePoint> uneven;  ///< as many labels, 1:1, 1:2, 1:5, 1:10, 1:20
  /// int64 (U) and (M): classes that all labels give to unlabeled and test images.
  at::Tensor probe_unlabeled, probe_test, spreading_unlabeled, spreading_test;
};

/// The neighbours and alpha of the label spreading whose curves these are.
inline constexpr int64_t kSpreadNeighbours = 10;
inline constexpr double kSpreadAlpha = 0.9;

/// Counts of an uneven draw: they fall exponentially from class to class (Cui et al. 2019,
/// arXiv:1901.05555, section 5.1), each at least 1, to about `labels` in all.
std::vector<int64_t> uneven_counts(int64_t labels, int64_t classes, double ratio);

/// The curves of logistic regression, its L2 chosen inside the labels drawn, and of label spreading
/// over the graph of all images by cosine. Which class is frequent differs from draw to draw; a
/// draw of fewer labels is a part of one of more. A function of points and seed.
/// @param draws random choices of labels, averaged; 0: only all labels. @throws Interrupted.
LabelCurves label_curves(const LearningPoints& points, int64_t draws, uint64_t seed);

}  // namespace stl10
