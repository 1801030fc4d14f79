#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

#include "stl10/base/philox.h"
#include "stl10/evaluate/l2_path.h"

namespace stl10 {

inline constexpr int64_t kClasses = 10;

inline at::Tensor normals(int64_t rows, int64_t columns, uint32_t sample) {
  at::Tensor values = at::empty({rows, columns}, at::kFloat);
  Philox random(1, {.purpose = Purpose::kToy, .sample = sample});
  for (int64_t i = 0; i < values.numel(); ++i) {
    const uint32_t first = random.bits();
    float unused;
    normal_pair(first, random.bits(), values.data_ptr<float>() + i, &unused);
  }
  return values;
}

/// Features like a network's: not negative, correlated along few axes, and half noise.
inline LabeledFeatures features_of(int64_t images, int64_t features) {
  const int64_t axes = std::min<int64_t>(features, 256);
  const at::Tensor labels = at::arange(images, at::kLong).remainder(kClasses);
  const at::Tensor spectrum = 8 / at::arange(1, axes + 1, at::kFloat).pow(0.8);
  const at::Tensor hidden =
      (normals(images, axes, 0) + normals(kClasses, axes, 1).index({labels})) * spectrum;
  return {at::relu(at::mm(hidden, normals(axes, features, 2)) / 8 + normals(images, features, 3)),
          labels};
}

}  // namespace stl10
