#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "stl10/evaluate/l2_path.h"

namespace stl10 {

/// How many images seem to belong to none of the classes: those whose k-th nearest training image
/// is too far in every class (the distance of Sun et al. 2022, "Out-of-Distribution Detection with
/// Deep Nearest Neighbors", arXiv:2204.06507, class by class). By cosine.
struct OutOfClass {
  int64_t k = 0;  ///< the largest of 5 or fewer that every class has images for

  /// The cosine to the k-th nearest image of its own class that 95 % of the held-out images reach.
  double threshold = 0;
  double held_out_share = 0;       ///< of these beyond it in every class; at most 5 %
  double share = 0;                ///< of the images asked about
  at::Tensor similarity;           ///< float (M) of these: to the k-th nearest of the nearest class
  at::Tensor held_out_similarity;  ///< float, the same of the held-out images
};

/// @param train x float (N, D), labels int64 (N) ≥ 0, classes without images are passed over.
/// @param held_out the same of images that nothing was trained on, at least one with a class of
/// `train`. @param images float (M, D), M ≥ 1.
OutOfClass out_of_class(const LabeledFeatures& train, const LabeledFeatures& held_out,
                        const at::Tensor& images);

}  // namespace stl10
