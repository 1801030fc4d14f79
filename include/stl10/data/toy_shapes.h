#pragma once

#include <array>

namespace stl10 {

/// A point relative to a shape's centre, x to the right and y down.
struct ToyPoint {
  int x;
  int y;
};

/// A class of the toy data: what is inside (coordinates in 1/1024 of the shape's size) and which of
/// two colours a point has (coordinates and period in 1/16 pixel).
struct ToyClass {
  const char* name;
  bool (*inside)(ToyPoint point);
  bool (*is_light)(ToyPoint point, int period);
};

/// The ten classes. Shapes and textures stay in their class when they are mirrored left to right.
extern const std::array<ToyClass, 10> kToyClasses;

}  // namespace stl10
