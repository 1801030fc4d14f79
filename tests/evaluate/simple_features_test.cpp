#include "stl10/evaluate/simple_features.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <vector>

namespace stl10 {
namespace {

/// Three images of bytes without pattern.
std::vector<uint8_t> bytes() {
  std::vector<uint8_t> content(3 * kImageBytes);
  uint32_t state = 1;
  for (uint8_t& byte : content) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<uint8_t>(state >> 24);
  }
  return content;
}

TEST(PixelFeatures, AreMeansOfThreeByThreePixels) {
  const std::vector<uint8_t> content = bytes();
  const std::vector<int64_t> indices = {2, 0};
  const at::Tensor features = pixel_features({content.data(), 3}, indices);
  ASSERT_EQ(features.sizes(), (std::vector<int64_t>{2, 3072}));
  for (const auto& [row, image] : {std::pair{0, 2}, {1, 0}}) {
    for (int c = 0; c < 3; ++c) {
      for (const auto& [y, x] : {std::pair{0, 0}, {5, 17}, {31, 31}}) {
        double sum = 0;
        for (int dy = 0; dy < 3; ++dy) {
          for (int dx = 0; dx < 3; ++dx) {
            sum += content[static_cast<size_t>(image * kImageBytes +
                                               stored_offset(c, 3 * y + dy, 3 * x + dx))];
          }
        }
        EXPECT_NEAR(features[row][c * 1024 + x * 32 + y].item<double>(), sum / 9 / 255, 1e-6);
      }
    }
  }
}

TEST(ColorHistogram, CountsPixelsByTheirBoxOfColours) {
  std::vector<uint8_t> content(kImageBytes);
  for (int pixel = 0; pixel < kPixels; ++pixel) {  // a third 0, 31, 255; the rest 32, 100, 128
    const bool first = pixel < kPixels / 3;
    content[static_cast<size_t>(pixel)] = first ? 0 : 32;
    content[static_cast<size_t>(kPixels + pixel)] = first ? 31 : 100;
    content[static_cast<size_t>(2 * kPixels + pixel)] = first ? 255 : 128;
  }
  const std::vector<int64_t> indices = {0};
  const at::Tensor features = color_histogram_features({content.data(), 1}, indices);
  ASSERT_EQ(features.sizes(), (std::vector<int64_t>{1, 512}));
  EXPECT_NEAR(features[0][0 * 64 + 0 * 8 + 7].item<double>(), 1.0 / 3, 1e-4);
  EXPECT_NEAR(features[0][1 * 64 + 3 * 8 + 4].item<double>(), 2.0 / 3, 1e-4);
  EXPECT_NEAR(features.sum().item<double>(), 1, 1e-4);
}

TEST(ColorHistogram, OfManyImagesEachRowSumsToOne) {
  const std::vector<uint8_t> content = bytes();
  const std::vector<int64_t> indices = {0, 1, 2, 1};
  const at::Tensor features = color_histogram_features({content.data(), 3}, indices);
  EXPECT_LT((features.sum(1) - 1).abs().max().item<double>(), 1e-4);
  EXPECT_TRUE(at::equal(features[1], features[3]));
  EXPECT_FALSE(at::equal(features[0], features[1]));
}

}  // namespace
}  // namespace stl10
