#pragma once

#include <cstdint>
#include <cstring>

#include "stl10/augment/parameters.h"
#include "stl10/base/image.h"
#include "stl10/base/portable.h"

/// The mathematics of the augmentation for single positions and pixels, shared by the CPU's loops
/// and the CUDA kernel; free of branches on pixel values, so that loops over it vectorize. Values
/// are in [0, 1].
namespace stl10 {

struct Rgb {
  float r, g, b;
};

/// Where a resampled value lies along one axis: between the pixels `index` and `index` + 1, in the
/// share `weight` of the second (0 where `index` is the last pixel).
struct SamplePoint {
  int32_t index;
  float weight;
};

/// The point of output pixel `i` of an axis when the crop [start, start + extent) is resized to
/// `size` pixels: half-pixel centres, clamped to the centres of the crop's outermost pixels, which
/// is what OpenCV's INTER_LINEAR and PyTorch's align_corners=False do to a crop of whole pixels. In
/// double, so that CPU and GPU agree.
STL10_HD SamplePoint sample_point(double start, double extent, int i, int size) {
  const double last = start + extent - 1 > start ? start + extent - 1 : start;
  double position = start + ((i + 0.5) * (extent / size) - 0.5);
  position = position < start ? start : position;
  position = position > last ? last : position;
  position = position > kSide - 1 ? kSide - 1 : position;
  const auto index = static_cast<int32_t>(position);
  return {index, static_cast<float>(position - index)};
}

/// The sample points of output column and row `i`; a flip mirrors the columns.
STL10_HD SamplePoint sample_column(const ImageParameters& image, int i) {
  return sample_point(double{image.left}, double{image.width}, image.flip ? image.size - 1 - i : i,
                      image.size);
}
STL10_HD SamplePoint sample_row(const ImageParameters& image, int i) {
  return sample_point(double{image.top}, double{image.height}, i, image.size);
}

/// From a (weight 0, to the bit) towards b (weight at most 1). Values in [0, 1] give one in [0, 1],
/// as do 8-bit integers in [0, 255], because the rounding of each step is monotonic.
STL10_HD float lerp(float a, float b, float weight) { return a + weight * (b - a); }

STL10_HD float clamp01(float value) {
  value = value > 0.0f ? value : 0.0f;
  return value < 1.0f ? value : 1.0f;
}

/// A value of 0 to 255 divided by 255. 1/255 is split into a part of 9 bits, whose product with an
/// integer is exact, and the rest, so that integers give the correctly rounded quotient and 255 is
/// the greatest.
STL10_HD float to_unit(float value) {
  constexpr float kHigh = 0x1.01p-8f;
  constexpr float kLow = 0x1.010102p-24f;
  return value * kHigh + value * kLow;
}

/// Luma of ITU-R BT.601, as OpenCV's; TensorFlow and torchvision round 0.299 to 0.2989.
STL10_HD float gray_of(Rgb p) { return 0.299f * p.r + 0.587f * p.g + 0.114f * p.b; }

/// `share` of a and the rest of b; shares above 1 lead away from b.
STL10_HD float blend(float a, float b, float share) {
  return clamp01(share * a + (1.0f - share) * b);
}

STL10_HD Rgb change_brightness(Rgb p, float factor) {
  return {clamp01(factor * p.r), clamp01(factor * p.g), clamp01(factor * p.b)};
}

/// @param mean the mean of `gray_of` over the image as it is before this operation.
STL10_HD Rgb change_contrast(Rgb p, float factor, float mean) {
  return {blend(p.r, mean, factor), blend(p.g, mean, factor), blend(p.b, mean, factor)};
}

STL10_HD Rgb change_saturation(Rgb p, float factor) {
  const float gray = gray_of(p);
  return {blend(p.r, gray, factor), blend(p.g, gray, factor), blend(p.b, gray, factor)};
}

/// One channel of the colour whose hue, in sixths of a turn and times chroma, is `hue` (0 to 6
/// chroma); `offset` is 5, 3, 1 for red, green, blue.
STL10_HD float channel_of_hue(float hue, float offset, float value, float chroma) {
  float k = hue + offset * chroma;
  k = k >= 6.0f * chroma ? k - 6.0f * chroma : k;
  const float other = 4.0f * chroma - k;
  k = k < other ? k : other;
  k = k < chroma ? k : chroma;
  return value - (k > 0.0f ? k : 0.0f);
}

/// Turns the hue of HSV (Smith 1978) by `turns` in [-0.5, 0.5]. Hue is kept times chroma, which
/// needs no division and no care for grays.
STL10_HD Rgb shift_hue(Rgb p, float turns) {
  const bool green_over_blue = p.g >= p.b;
  const float gb_high = green_over_blue ? p.g : p.b, gb_low = green_over_blue ? p.b : p.g;
  const float high = p.r > gb_high ? p.r : gb_high, low = p.r < gb_low ? p.r : gb_low;
  const float chroma = high - low;
  // The greatest channel's sector, red 0, green 2 or blue 4, and the place in it.
  float sector = green_over_blue ? 2.0f : 4.0f;
  float place = green_over_blue ? p.b - p.r : p.r - p.g;
  sector = p.r >= gb_high ? 0.0f : sector;
  place = p.r >= gb_high ? p.g - p.b : place;
  float hue = place + chroma * (sector + 6.0f * turns);
  hue = hue < 0.0f ? hue + 6.0f * chroma : hue;
  hue = hue >= 6.0f * chroma ? hue - 6.0f * chroma : hue;
  return {channel_of_hue(hue, 5.0f, high, chroma), channel_of_hue(hue, 3.0f, high, chroma),
          channel_of_hue(hue, 1.0f, high, chroma)};
}

STL10_HD Rgb to_gray(Rgb p) {
  const float gray = clamp01(gray_of(p));
  return {gray, gray, gray};
}

/// Inverts values from the threshold on.
STL10_HD float solarize(float value, float threshold) {
  return value >= threshold ? 1.0f - value : value;
}

/// Any of the four colour operations; `mean` is used by contrast only.
STL10_HD Rgb change_color(ColorOperation operation, float strength, float mean, Rgb p) {
  switch (operation) {
    case ColorOperation::kBrightness:
      return change_brightness(p, strength);
    case ColorOperation::kContrast:
      return change_contrast(p, strength, mean);
    case ColorOperation::kSaturation:
      return change_saturation(p, strength);
    case ColorOperation::kHue:
      break;
  }
  return shift_hue(p, strength);
}

/// Position of contrast in the order of colour operations, or their number where it isn't done.
STL10_HD int contrast_place(const ImageParameters& image) {
  int place = 0;
  while (place < image.color_count && image.color_order[place] != ColorOperation::kContrast) {
    ++place;
  }
  return place;
}

/// The pixel that a blur reads for position `i` of `size`, which may lie up to `kBlurRadius`
/// outside: the image is mirrored about its outermost pixels' centres (OpenCV's
/// BORDER_REFLECT_101).
STL10_HD int reflected(int i, int size) {
  i = i < 0 ? -i : i;
  return i < size ? i : 2 * (size - 1) - i;
}

/// The upper half of a float's bits, rounded to nearest, ties to even: bfloat16.
STL10_HD uint16_t to_bfloat16_bits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace stl10
