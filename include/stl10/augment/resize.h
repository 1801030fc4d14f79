#pragma once

#include <cstdint>
#include <vector>

namespace stl10 {

/// One pixel of an axis after resampling: stored pixels from `first` on, in whole-number weights.
struct ResampledPixel {
  int64_t first;
  std::vector<double> weights;
};

/// How pixels [start, start + extent) of an axis become `size` pixels: the area's average where
/// there are fewer of them, else linear between pixel centres as `sample_point`. The weights of
/// each pixel have the same sum.
std::vector<ResampledPixel> resampling(int64_t start, int64_t extent, int64_t size);

/// The sum of a pixel's weights.
double weight_of(const ResampledPixel& pixel);

/// Resamples an image along both axes, rounded to nearest. All sums are of whole numbers, so that
/// no order of adding changes a bit.
/// @param image kImageBytes in stored order.
/// @param rows uint8 (along_y, along_x, 3).
void resize_image(const uint8_t* image, const std::vector<ResampledPixel>& along_x,
                  const std::vector<ResampledPixel>& along_y, uint8_t* rows);

}  // namespace stl10
