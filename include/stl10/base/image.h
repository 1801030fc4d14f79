#pragma once

#include <cstdint>

#include "stl10/base/portable.h"

/// The one image format of STL-10: 3 channels (R, G, B) of 96×96 uint8. Images stay in the order of
/// the official files, channel by channel and each channel column by column, from the mapped file
/// (or its copy on the GPU) up to the augmentation, which reads them in place.
namespace stl10 {

inline constexpr int kSide = 96;
inline constexpr int kChannels = 3;
inline constexpr int kPixels = kSide * kSide;
inline constexpr int kImageBytes = kChannels * kPixels;

/// The sides that networks may be shown images in.
inline constexpr int kSmallestSide = 32;
inline constexpr int kLargestSide = 224;

/// Where channel c of the pixel in row y and column x lies within a stored image.
STL10_HD constexpr int stored_offset(int c, int y, int x) { return (c * kSide + x) * kSide + y; }

/// Borrowed images in stored order, in host or device memory: uint8 (count, channel, column, row).
struct ImageView {
  const uint8_t* data = nullptr;
  int64_t count = 0;

  const uint8_t* image(int64_t index) const { return data + index * kImageBytes; }
};

}  // namespace stl10
