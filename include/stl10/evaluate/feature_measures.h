#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "stl10/base/group.h"

/// What features are like, whatever the labels say. N images, D features. All processes of a group
/// have the features of all images and share the work: what is counted adds up over them.
namespace stl10 {

/// Mean squared distance of an image's two views on the unit sphere: 0 (equal) to 4 (opposite).
/// Wang and Isola 2020 (arXiv:2005.10242), section 4.1.1, alpha = 2; lower is better.
/// @param z1, z2 any floating type (N, D), not normalized. @return without axes, on their device.
at::Tensor alignment(const at::Tensor& z1, const at::Tensor& z2);

/// Logarithm of the mean of exp(−2‖u − v‖²) over all pairs of different images on the unit sphere:
/// 0 where all coincide, near −4 where they are spread evenly. Wang and Isola 2020, section 4.1.2,
/// t = 2; lower is better. One image has no pairs: 0. In blocks of rows; memory grows with N.
/// @param z any floating type (N, D), not normalized. @return without axes, on its device; the same
/// in all processes.
at::Tensor uniformity(const at::Tensor& z, const Group& group = {});

/// How many of the 2D rows of the two views' correlation matrix (and of its transpose) have their
/// largest entry on the diagonal: features that say the same of both views and nothing of one
/// another. Ties, and features that don't vary, count as wrong; chance is 1/D. As the public Keras
/// reference (contrastive-classification-keras, models.py) measures it, after Zbontar et al. 2021.
/// @param h1, h2 any floating type (N, D). @return int64 without axes, on their device.
at::Tensor correlation_hits(const at::Tensor& h1, const at::Tensor& h2, const Group& group = {});

/// How many of the 2N views are nearer, by the cosine, to their image's other view than the other
/// views of all other images are. Ties count as wrong; chance is 1/N. What the public Keras
/// reference calls contrastive accuracy is this of the encoder's features, not of the embeddings
/// that the loss compares. In blocks of rows; memory grows with N.
/// @param h1, h2 any floating type (N, D). @return int64 without axes, on their device.
at::Tensor contrastive_hits(const at::Tensor& h1, const at::Tensor& h2, const Group& group = {});

/// exp(entropy of p), p the singular values of the centred features, divided by their sum: the
/// number of directions that features use. Roy and Vetterli 2007, definition 1. From 1 to min(N −
/// 1, D); 0 where nothing varies.
/// @param h any floating type (N, D), N ≥ 1.
double effective_rank(const at::Tensor& h);

/// Standard deviations (over N, not N − 1) of single features; see `deviations`.
struct Deviations {
  double smallest = 0, mean = 0;
  double dead = 0;  ///< share of features that don't vary: below 1e-5 of the mean, or 0
};

/// @param h any floating type (N, D), N ≥ 1; one image, and constants, have deviation 0.
Deviations deviations(const at::Tensor& h);

}  // namespace stl10
