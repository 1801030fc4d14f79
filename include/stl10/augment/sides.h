#pragma once

#include "stl10/base/image.h"
#include "stl10/base/portable.h"

/// The side of views for the renderers, which are templates of it.
namespace stl10 {

/// Where views are as large as the stored images: loops over it have a known length.
struct StoredSide {
  STL10_HD constexpr int operator()() const { return kSide; }
};

struct AnySide {
  int value;
  STL10_HD constexpr int operator()() const { return value; }
};

}  // namespace stl10
