#pragma once

#include <ATen/core/Tensor.h>

#include "stl10/base/shared_rows.h"

namespace stl10 {

/// The mean over N of −cos(pₙ, zₙ), with gradient for both: D of Chen and He 2021
/// (arXiv:2011.10566, equation 1). BYOL's squared distance of unit vectors (Grill et al. 2020,
/// arXiv:2006.07733, equation 2) is 2 plus twice this.
/// @param p, z (N, D), N ≥ 1, any floating type, neither normalized; a zero vector has the cosine 0
/// with everything and gets no gradient. @param rows where processes share them: the loss is this
/// one's part. @return float, double for double.
at::Tensor negative_cosine(const at::Tensor& p, const at::Tensor& z, const SharedRows& rows = {});

}  // namespace stl10
