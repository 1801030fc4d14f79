#pragma once

#include <ATen/core/Tensor.h>

#include "stl10/base/ceilings.h"

namespace stl10 {

/// What a device can do at best through LibTorch: a product of two square matrices, and a copy from
/// its memory to its memory. Takes a fraction of a second on a GPU.
/// @param type of the product: at::kFloat or at::kBFloat16. @param side of the matrices.
/// @param bytes that are copied.
Ceilings measure_device_ceilings(at::Device device, at::ScalarType type, int64_t side = 8192,
                                 int64_t bytes = int64_t{1} << 31);

}  // namespace stl10
