#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// TensorBoard's files of events (tensorflow/core/util/event.proto): a record after another.
namespace stl10 {

struct Scalar {
  std::string tag;
  double value = 0;
};

/// The record that begins a file. @param time seconds since 1970, as all times here.
std::string first_event(double time);

/// A record of the scalars of a step. TensorBoard keeps them as float.
std::string scalars_event(double time, int64_t step, const std::vector<Scalar>& scalars);

}  // namespace stl10
