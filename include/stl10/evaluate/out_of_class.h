#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "stl10/evaluate/l2_path.h"

namespace stl10 {

/// How many images seem to belong to none of the classes, by their k-th nearest training image in
/// the nearest class (the distance of Sun et al. 2022, "Out-of-Distribution Detection with Deep
/// Nearest Neighbors", arXiv:2204.06507, class by class). By cosine.
struct OutOfClass {
  int64_t k = 0;                   ///< the largest of 5 or fewer that every class has images for
  at::Tensor similarity;           ///< float (M) of the images, to the nearest class
  at::Tensor held_out_similarity;  ///< float, the same of the held-out images

  /// The cosine to the k-th nearest image of its own class that 95 % of the held-out images reach.
  double threshold = 0;
  double share = 0;           ///< of the images that are farther from every class
  double held_out_share = 0;  ///< of the held-out ones; at most 5 %

  /// The most by which the share of images below some similarity is above that of the held-out ones
  /// (the one-sided Kolmogorov–Smirnov statistic). Where the held-out images are what the classes
  /// give, at least this share of images comes from elsewhere: no more of a mixture's images than
  /// that part can be missing from the classes' own distribution.
  double excess = 0;
  double excess_at = 0;  ///< that similarity
};

/// @param train x float (N, D), labels int64 (N) ≥ 0, classes without images are passed over.
/// @param held_out the same of images that nothing was trained on, at least one with a class of
/// `train`. @param images float (M, D), M ≥ 1.
OutOfClass out_of_class(const LabeledFeatures& train, const LabeledFeatures& held_out,
                        const at::Tensor& images);

}  // namespace stl10
