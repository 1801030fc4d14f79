#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>
#include <string>
#include <vector>

#include "stl10/base/philox.h"
#include "stl10/evaluate/label_curves.h"

/// Feature sets of which it is known which assumption they keep.
namespace stl10::testing {

inline constexpr int64_t kSetClasses = 5, kSetAxes = 4;

/// What is broken in a set.
struct Broken {
  bool continuity = false, clusters = false, balance = false;
};

/// float (rows, axes) of standard normal numbers.
inline at::Tensor normal_points(int64_t rows, uint64_t seed, uint32_t sample) {
  at::Tensor values = at::empty({rows, kSetAxes}, at::kFloat);
  Philox random(seed, {.purpose = Purpose::kToy, .sample = sample});
  for (float* pair = values.data_ptr<float>(); pair < values.data_ptr<float>() + values.numel();
       pair += 2) {
    const uint32_t first = random.bits();
    normal_pair(first, random.bits(), pair, pair + 1);
  }
  return values;
}

/// float (classes, axes): directions with the same angle between any two, a simplex (the rows of
/// Helmert's matrix turned; a library's eigenvectors would be turned otherwise on other machines).
inline at::Tensor simplex() {
  at::Tensor corners = at::zeros({kSetClasses, kSetAxes});
  for (int64_t axis = 0; axis < kSetAxes; ++axis) {
    const double length = std::sqrt(static_cast<double>((axis + 1) * (axis + 2)));
    corners.select(1, axis).slice(0, 0, axis + 1).fill_(1 / length);
    corners[axis + 1][axis] = -static_cast<double>(axis + 1) / length;
  }
  return corners;
}

/// `n` points, a function of `broken`, seed and part. Clusters lie around five corners; without
/// them the points are one cloud and their class is the nearest corner. Without continuity labels
/// are dealt out blindly. Without balance the most frequent class is 20 times the least.
inline LabeledFeatures constructed(const Broken& broken, int64_t n, uint64_t seed, uint32_t part) {
  const std::vector<int64_t> counts = uneven_counts(n, kSetClasses, broken.balance ? 20 : 1);
  std::vector<at::Tensor> parts;
  for (size_t c = 0; c < counts.size(); ++c) {
    parts.push_back(at::full({counts[c]}, static_cast<int64_t>(c), at::kLong));
  }
  const at::Tensor home = at::cat(parts);
  const at::Tensor noise = normal_points(home.numel(), seed, 2 * part);
  const at::Tensor x = broken.clusters ? noise : 4 * simplex().index_select(0, home) + 1.0 * noise;
  if (broken.continuity) {
    return {x, home.index_select(
                   0, normal_points(home.numel(), seed, 2 * part + 1).select(1, 0).argsort())};
  }
  return {x, broken.clusters ? at::mm(x, simplex().t()).argmax(1) : home};
}

inline LearningPoints constructed_points(const Broken& broken, int64_t n, uint64_t seed) {
  return {.train = constructed(broken, n, seed, 0),
          .test = constructed(broken, n, seed, 1),
          .unlabeled = constructed(broken, n, seed, 2).x,
          .classes = kSetClasses};
}

}  // namespace stl10::testing
