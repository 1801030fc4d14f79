#include "stl10/augment/resize.h"

#include <algorithm>
#include <numeric>

#include "stl10/base/image.h"

namespace stl10 {
namespace {

ResampledPixel between_centres(int64_t start, int64_t extent, int64_t size, int64_t i) {
  const int64_t pixel = 2 * size;  // in parts of 1/(2 size)
  const int64_t place = std::clamp((2 * i + 1) * extent - size, int64_t{0}, pixel * (extent - 1));
  const int64_t second = place % pixel;
  ResampledPixel result{start + place / pixel, {static_cast<double>(pixel - second)}};
  if (second > 0) result.weights.push_back(static_cast<double>(second));
  return result;
}

ResampledPixel area(int64_t start, int64_t extent, int64_t size, int64_t i) {
  const int64_t begin = i * extent, end = begin + extent;  // in parts of 1/size of a pixel
  ResampledPixel result{start + begin / size, {}};
  for (int64_t pixel = begin / size; pixel * size < end; ++pixel) {
    result.weights.push_back(
        static_cast<double>(std::min((pixel + 1) * size, end) - std::max(pixel * size, begin)));
  }
  return result;
}

/// The columns of a channel, one after another, each of along_y.size() sums.
void resample_columns(const uint8_t* channel, const std::vector<ResampledPixel>& along_y,
                      double* sums) {
  for (int u = 0; u < kSide; ++u, channel += kSide) {
    for (const ResampledPixel& pixel : along_y) {
      double sum = 0;
      const uint8_t* value = channel + pixel.first;
      for (const double weight : pixel.weights) sum += weight * *value++;
      *sums++ = sum;
    }
  }
}

}  // namespace

std::vector<ResampledPixel> resampling(int64_t start, int64_t extent, int64_t size) {
  std::vector<ResampledPixel> pixels;
  for (int64_t i = 0; i < size; ++i) {
    pixels.push_back(size < extent ? area(start, extent, size, i)
                                   : between_centres(start, extent, size, i));
  }
  return pixels;
}

double weight_of(const ResampledPixel& pixel) {
  return std::accumulate(pixel.weights.begin(), pixel.weights.end(), 0.0);
}

void resize_image(const uint8_t* image, const std::vector<ResampledPixel>& along_x,
                  const std::vector<ResampledPixel>& along_y, uint8_t* rows) {
  const size_t width = along_x.size(), height = along_y.size();
  const double total = weight_of(along_x[0]) * weight_of(along_y[0]);
  std::vector<double> columns(kSide * height), sums(height);
  for (int c = 0; c < kChannels; ++c) {
    resample_columns(image + stored_offset(c, 0, 0), along_y, columns.data());
    for (size_t x = 0; x < width; ++x) {
      std::fill(sums.begin(), sums.end(), total / 2);
      const double* column = &columns[static_cast<size_t>(along_x[x].first) * height];
      for (const double weight : along_x[x].weights) {
        for (size_t y = 0; y < height; ++y) sums[y] += weight * column[y];
        column += height;
      }
      uint8_t* pixel = rows + x * kChannels + static_cast<size_t>(c);
      for (size_t y = 0; y < height; ++y) {
        pixel[y * width * kChannels] = static_cast<uint8_t>(sums[y] / total);
      }
    }
  }
}

}  // namespace stl10
