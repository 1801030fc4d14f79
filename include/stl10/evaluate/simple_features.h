#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "stl10/base/image.h"

/// Features that need no network: what any learned ones must beat. Images in host memory.
namespace stl10 {

/// Pixels area-averaged to 32×32: means of 3×3 pixels in [0, 1], ordered (channel, column, row) as
/// images are stored. @return float (N, 3072).
at::Tensor pixel_features(const ImageView& images, std::span<const int64_t> indices);

/// Joint colour histogram (Swain and Ballard 1991): the share of pixels in each of 8×8×8 equal
/// boxes of RGB. @return float (N, 512), each row of sum 1.
at::Tensor color_histogram_features(const ImageView& images, std::span<const int64_t> indices);

}  // namespace stl10
