#include "stl10/augment/plain_images.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "augment/fixtures.h"
#ifdef STL10_WITH_OPENCV
#include <opencv2/imgproc.hpp>
#endif

namespace stl10 {
namespace {

using testing_augment::random_images;

constexpr int kPlainImages = 6;
const std::vector<int64_t> kSome = {4, 1, 3};

class PlainImagesTest : public ::testing::Test {
 protected:
  ImageView stored() const { return {bytes_.data(), kPlainImages}; }
  PlainImages of_size(int64_t size) const { return {{{}, stored()}, size}; }

  std::vector<uint8_t> bytes_ = random_images(kPlainImages);
};

/// The part [left, left + side) × [top, top + side), pixel by pixel: area average or bilinear, as
/// plainly as it can be said. @return the value of channel c in row y and column x, 0 to 255.
double resized_value(const uint8_t* stored, int c, int y, int x, int left, int top, int side,
                     int size) {
  const auto weight = [&](int start, int i, int pixel) {
    const double scale = static_cast<double>(side) / size;
    const double at = pixel - start;
    if (scale > 1) {
      return std::max(0.0, std::min(at + 1, (i + 1) * scale) - std::max(at, i * scale)) / scale;
    }
    const double place = std::clamp((i + 0.5) * scale - 0.5, 0.0, side - 1.0);
    return std::max(0.0, 1 - std::abs(place - at));
  };
  double sum = 0;
  for (int v = top; v < top + side; ++v) {
    for (int u = left; u < left + side; ++u) {
      sum += weight(top, y, v) * weight(left, x, u) * stored[stored_offset(c, v, u)];
    }
  }
  return sum;
}

TEST_F(PlainImagesTest, OfTheStoredSizeAreTheBytesOver255) {
  const at::Tensor expected =
      Augmenter(augment_preset("none"), 0).views(stored(), kSome, {}, at::kCPU, at::kFloat);
  EXPECT_TRUE(at::equal(of_size(96).views(kSome, at::kFloat), expected));
}

TEST_F(PlainImagesTest, OtherSizesAreAreaAveragesOrBilinearRoundedToBytes) {
  for (const int size : {32, 45, 64, 100, 224}) {
    const at::Tensor views = of_size(size).views({&kSome[0], 1}, at::kFloat);
    ASSERT_EQ(views.sizes(), at::IntArrayRef({1, 3, size, size}));
    EXPECT_TRUE(views.is_contiguous(at::MemoryFormat::ChannelsLast));
    for (int i = 0; i < size; ++i) {
      const int y = i, x = (7 * i + 3) % size, c = i % 3;
      const double value = resized_value(stored().image(kSome[0]), c, y, x, 0, 0, 96, size);
      const double found = views[0][c][y][x].item<double>() * 255;
      EXPECT_NEAR(found, std::round(found), 1e-4) << "bytes";
      EXPECT_LE(std::abs(found - value), 0.5 + 1e-4) << size << " " << y << " " << x;
    }
  }
}

/// What a GPU computes, here on a tensor of the CPU's.
TEST_F(PlainImagesTest, ProductsOfMatricesHaveTheSameBits) {
  const at::Tensor copy = at::from_blob(bytes_.data(), {kPlainImages, kImageBytes}, at::kByte);
  for (const int64_t size : {32, 64, 96, 101}) {
    PlainImages by_products({copy, stored()}, size);
    for (const int64_t view : {0, 3, 8}) {
      if (size == kSide && view == 0) continue;  // as the file has them
      EXPECT_TRUE(at::equal(by_products.views(kSome, at::kFloat, view),
                            of_size(size).views(kSome, at::kFloat, view)));
    }
  }
}

TEST_F(PlainImagesTest, ViewsAreTheCornersAndTheMiddleEachMirroredToo) {
  const std::vector<std::pair<int, int>> corners = {{0, 0}, {12, 0}, {0, 12}, {12, 12}, {6, 6}};
  for (const int size : {64, 96}) {
    PlainImages images = of_size(size);
    EXPECT_TRUE(
        at::equal(images.views(kSome, at::kFloat, 1), images.views(kSome, at::kFloat, 0).flip(3)));
    for (size_t part = 0; part < corners.size(); ++part) {
      const auto view = static_cast<int64_t>(2 * part + 2);
      const at::Tensor views = images.views(kSome, at::kFloat, view);
      EXPECT_TRUE(at::equal(images.views(kSome, at::kFloat, view + 1), views.flip(3)));
      for (int i = 0; i < size; i += 7) {
        const auto [left, top] = corners[part];
        const double value =
            resized_value(stored().image(kSome[1]), i % 3, i, size - 1 - i, left, top, 84, size);
        EXPECT_LE(std::abs(views[1][i % 3][i][size - 1 - i].item<double>() * 255 - value),
                  0.5 + 1e-4)
            << size << " " << part << " " << i;
      }
    }
  }
}

/// A resized image is kept: the file may change under it.
TEST_F(PlainImagesTest, AnImageIsResizedOnce) {
  PlainImages images = of_size(64);
  const at::Tensor before = images.views(kSome, at::kFloat);
  std::fill(bytes_.begin(), bytes_.end(), 0);
  EXPECT_TRUE(at::equal(images.views(kSome, at::kFloat), before));
  EXPECT_EQ(images.views({{0}}, at::kFloat).max().item<float>(), 0);
}

TEST_F(PlainImagesTest, BatchAndThreadsDoNotMatter) {
  const at::Tensor together = of_size(50).views(kSome, at::kFloat);
  for (size_t i = 0; i < kSome.size(); ++i) {
    const at::Tensor alone = of_size(50).views({&kSome[i], 1}, at::kFloat);
    EXPECT_TRUE(at::equal(alone[0], together[static_cast<int64_t>(i)]));
  }
  EXPECT_TRUE(at::equal(of_size(50).views(kSome, at::kBFloat16), together.to(at::kBFloat16)));
}

TEST_F(PlainImagesTest, WrongIndicesAndViewsAreRefused) {
  EXPECT_THROW(of_size(64).views({{kPlainImages}}, at::kFloat), c10::Error);
  EXPECT_THROW(of_size(64).views({{-1}}, at::kFloat), c10::Error);
  EXPECT_THROW(of_size(64).views({{kPlainImages}}, at::kFloat, 1), c10::Error);
  EXPECT_THROW(of_size(64).views(kSome, at::kFloat, kPlainViews), c10::Error);
}

#ifdef STL10_WITH_OPENCV
TEST_F(PlainImagesTest, HalvingIsCvInterArea) {
  const at::Tensor whole = of_size(96).views({&kSome[0], 1}, at::kFloat).mul(255).to(at::kByte);
  const at::Tensor rows = whole[0].permute({1, 2, 0}).contiguous();
  const cv::Mat source(96, 96, CV_8UC3, rows.data_ptr());
  cv::Mat expected;
  cv::resize(source, expected, {48, 48}, 0, 0, cv::INTER_AREA);
  const at::Tensor found = of_size(48).views({&kSome[0], 1}, at::kFloat)[0].permute({1, 2, 0});
  const at::Tensor area =
      at::from_blob(expected.data, {48, 48, 3}, at::kByte).to(at::kFloat).div(255);
  EXPECT_TRUE(at::allclose(found, area, 0, 1e-6));
}
#endif

}  // namespace
}  // namespace stl10
