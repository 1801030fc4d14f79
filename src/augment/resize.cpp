#include "stl10/augment/resize.h"

#include <algorithm>
#include <array>
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

/// A column of an image between its stored ones: kSide sums.
void resample_column(const uint8_t* channel, const ResampledPixel& pixel, double* sums) {
  const uint8_t* column = channel + pixel.first * kSide;
  std::fill_n(sums, kSide, 0.0);
  for (const double weight : pixel.weights) {
    for (int y = 0; y < kSide; ++y) sums[y] += weight * column[y];
    column += kSide;
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
  const size_t row_bytes = along_x.size() * kChannels;
  const double total = weight_of(along_x[0]) * weight_of(along_y[0]);
  // Half, to round. A quarter of the least step more, and no quotient is so near a whole number
  // that its rounding matters: a product gives what a division would.
  const double start = total / 2 + 0.25, scale = 1 / total;
  std::array<double, kSide> column{};
  for (int c = 0; c < kChannels; ++c) {
    const uint8_t* const channel = image + stored_offset(c, 0, 0);
    uint8_t* top = rows + c;
    for (const ResampledPixel& across : along_x) {
      resample_column(channel, across, column.data());
      uint8_t* value = top;
      for (const ResampledPixel& down : along_y) {
        double sum = start;
        const double* part = &column[static_cast<size_t>(down.first)];
        for (const double weight : down.weights) sum += weight * *part++;
        *value = static_cast<uint8_t>(sum * scale);
        value += row_bytes;
      }
      top += kChannels;
    }
  }
}

}  // namespace stl10
