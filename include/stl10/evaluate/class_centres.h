#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "stl10/evaluate/labeled_features.h"

namespace stl10 {

/// What a classifier keeps to tell whether an image is like those of any class: a small form of
/// `out_of_class`, which needs all training images. By Euclidean distance: features behind a ReLU
/// all point into one corner of space, so that those of noise have the cosines of photographs.
struct ClassCentres {
  at::Tensor centres;    ///< float (M, D): up to five of each class
  at::Tensor distances;  ///< float (H), ascending: of known images from a centre of their class
};

/// The centres of `train` by k-means class by class, and how far from them images of the classes
/// are that no centre was made from: those of `held_out`, or else each fifth of `train` from the
/// centres of the rest. Where `train` taught the features their labels, the latter are nearer than
/// new images would be. A function of its arguments.
/// @param train x float (N, D) on the CPU, N ≥ 1. @param held_out at least one image of a class of
/// `train`. @throws Interrupted.
ClassCentres class_centres(const LabeledFeatures& train,
                           const std::optional<LabeledFeatures>& held_out, uint64_t seed);

/// The share of those known images that are farther from their class than x is from the class that
/// is nearest to it. @param x float (N, D). @return double (N) in [0, 1].
at::Tensor in_class(const ClassCentres& known, const at::Tensor& x);

}  // namespace stl10
