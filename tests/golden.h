#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>
#include <string>

#include "stl10/base/file.h"
#include "stl10/base/options_json.h"

/// Golden values of reference libraries, and the formulas that scripts/golden_tools.py shares.
namespace stl10::testing {

inline Json golden(const std::string& name) {
  const std::string path = std::string(STL10_SOURCE_DIR) + "/tests/golden/" + name;
  return parse_json(read_file(path), path);
}

/// sin(frequency · i^1.5 + phase) for i < count, float64.
inline at::Tensor wave(int64_t count, double frequency, double phase) {
  const at::Tensor i = at::arange(count, at::kDouble);
  return at::sin(frequency * i * at::sqrt(i) + phase);
}

inline at::Tensor tensor_of(const Json& values) {
  at::Tensor tensor = at::empty({static_cast<int64_t>(values.size())}, at::kDouble);
  for (size_t i = 0; i < values.size(); ++i) tensor.data_ptr<double>()[i] = values[i];
  return tensor;
}

/// The largest absolute difference; of no values 0.
inline double distance(const at::Tensor& a, const at::Tensor& b) {
  if (a.numel() == 0 && a.sizes() == b.sizes()) return 0;
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

/// The largest absolute difference, as a share of the largest expected value.
inline double relative_distance(const at::Tensor& found, const at::Tensor& expected) {
  return distance(found, expected) / expected.abs().max().item<double>();
}

}  // namespace stl10::testing
