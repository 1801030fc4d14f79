#include "stl10/evaluate/simple_features.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

namespace stl10 {
namespace {

/// Rows that `fill(image, row)` writes, row by row, in parallel.
template <class Fill>
at::Tensor rows_of(const ImageView& images, std::span<const int64_t> indices, int64_t features,
                   const Fill& fill) {
  constexpr int64_t kImagesAtOnce = 16;
  const auto count = static_cast<int64_t>(indices.size());
  const at::Tensor rows = at::zeros({count, features}, at::kFloat);
  float* first = rows.data_ptr<float>();
  at::parallel_for(0, count, kImagesAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      fill(images.image(indices[static_cast<size_t>(i)]), first + i * features);
    }
  });
  return rows;
}

}  // namespace

at::Tensor pixel_features(const ImageView& images, std::span<const int64_t> indices) {
  constexpr int kBlock = 3, kSmall = kSide / kBlock;
  constexpr float kUnit = 1.0f / (255 * kBlock * kBlock);
  return rows_of(images, indices, kChannels * kSmall * kSmall,
                 [](const uint8_t* image, float* out) {
                   for (int line = 0; line < kChannels * kSide;
                        ++line) {  // columns of pixels, of all channels
                     float* small = out + line / kBlock * kSmall;
                     for (int y = 0; y < kSide; ++y)
                       small[y / kBlock] += kUnit * image[line * kSide + y];
                   }
                 });
}

at::Tensor color_histogram_features(const ImageView& images, std::span<const int64_t> indices) {
  constexpr int kBins = 8, kBinWidth = 256 / kBins;
  return rows_of(images, indices, kBins * kBins * kBins, [](const uint8_t* image, float* out) {
    for (int pixel = 0; pixel < kPixels; ++pixel) {
      int box = 0;
      for (int c = 0; c < kChannels; ++c) {
        box = kBins * box + image[c * kPixels + pixel] / kBinWidth;
      }
      out[box] += 1.0f / kPixels;
    }
  });
}

}  // namespace stl10
