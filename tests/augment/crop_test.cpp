#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "augment/fixtures.h"
#include "stl10/augment/pixel.h"
#ifdef STL10_WITH_OPENCV
#include <opencv2/imgproc.hpp>
#endif

namespace stl10 {
namespace {

using namespace testing_augment;

ImageParameters cropped(float left, float top, float width, float height, bool flip = false) {
  ImageParameters image;
  image.left = left;
  image.top = top;
  image.width = width;
  image.height = height;
  image.flip = flip;
  return image;
}

/// A random crop; every tenth as narrow, and every eleventh as low as the image.
ImageParameters random_crop(Philox& random, int i) {
  const float width = i % 10 == 0 ? 96 : random.uniform(0.05f, 96);
  const float height = i % 11 == 0 ? 96 : random.uniform(0.05f, 96);
  return cropped(random.uniform(0, 96 - width), random.uniform(0, 96 - height), width, height,
                 i % 2 == 0);
}

TEST(SamplePoint, OfTheWholeAxisIsEveryPixelItself) {
  for (int i = 0; i < kSide; ++i) {
    const SamplePoint point = sample_point(0, kSide, i, kSide);
    EXPECT_EQ(point.index, i);
    EXPECT_EQ(point.weight, 0);
  }
}

TEST(SamplePoint, LiesHalfwayBetweenPixelsAtTheMiddleOfACrop) {
  // 48 pixels from 10 on: output 1 is at 10 + 1.5 · ½ − ½ = 10.25.
  const SamplePoint point = sample_point(10, 48, 1, kSide);
  EXPECT_EQ(point.index, 10);
  EXPECT_FLOAT_EQ(point.weight, 0.25f);
  const SamplePoint first = sample_point(10, 48, 0, kSide);  // 9.75, held at the crop's first pixel
  EXPECT_EQ(first.index, 10);
  EXPECT_EQ(first.weight, 0);
  const SamplePoint last = sample_point(10, 48, 95, kSide);  // 57.25, held at its last pixel
  EXPECT_EQ(last.index, 57);
  EXPECT_EQ(last.weight, 0);
}

TEST(SamplePoint, NeighboursAreAtMostOnePixelApart) {
  Philox random(11, {});
  for (int i = 0; i < 20000; ++i) {
    const float extent = i < 100 ? std::nextafter(96.0f, 0.0f) : random.uniform(0.001f, 96);
    const float start = random.uniform(0, 96 - extent);
    int32_t before = sample_point(double{start}, double{extent}, 0, kSide).index;
    for (int k = 1; k < kSide; ++k) {
      const SamplePoint point = sample_point(double{start}, double{extent}, k, kSide);
      ASSERT_TRUE(point.index == before || point.index == before + 1);
      ASSERT_TRUE(point.index < kSide - 1 || (point.index == kSide - 1 && point.weight == 0));
      ASSERT_TRUE(point.weight >= 0 && point.weight <= 1);
      before = point.index;
    }
  }
}

TEST(Crop, NoneIsTheImageDividedBy255ToTheBit) {
  const std::vector<uint8_t> stored = random_images(1);
  for (const InstructionSet set : available_sets()) {
    const std::vector<float> picture = render(stored.data(), {}, set);
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        for (int c = 0; c < kChannels; ++c) {
          ASSERT_EQ(picture[(y * kSide + x) * kChannels + c],
                    static_cast<float>(stored[(c * kSide + x) * kSide + y]) / 255.0f);
        }
      }
    }
  }
  EXPECT_EQ(render(stored.data(), {}), render_with_block(stored.data(), {}));
}

TEST(Crop, FlipMirrorsToTheBit) {
  const std::vector<uint8_t> stored = random_images(1);
  for (const InstructionSet set : available_sets()) {
    const std::vector<float> plain = render(stored.data(), cropped(3.7f, 9.1f, 71.3f, 55.5f), set);
    const std::vector<float> flipped =
        render(stored.data(), cropped(3.7f, 9.1f, 71.3f, 55.5f, true), set);
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        for (int c = 0; c < kChannels; ++c) {
          ASSERT_EQ(plain[(y * kSide + x) * 3 + c], flipped[(y * kSide + 95 - x) * 3 + c]);
        }
      }
    }
  }
}

TEST(Crop, RandomBoxesEqualTheFloat64Loop) {
  const std::vector<uint8_t> stored = random_images(1);
  Philox random(12, {});
  for (int i = 0; i < 300; ++i) {
    const ImageParameters image = random_crop(random, i);
    const reference::Picture expected = reference::render(stored.data(), image);
    for (const InstructionSet set : available_sets()) {
      ASSERT_LT(distance(render(stored.data(), image, set), expected), 1e-6);
    }
    if (i >= 50) continue;
    ASSERT_LT(distance(render_with_block(stored.data(), image), expected), 1e-6);
  }
}

#ifdef STL10_WITH_OPENCV
TEST(Crop, WholePixelCropEqualsCvResize) {
  const std::vector<uint8_t> stored = random_images(1);
  cv::Mat source(kSide, kSide, CV_32FC3);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      for (int c = 0; c < kChannels; ++c) {
        source.at<cv::Vec3f>(y, x)[c] =
            static_cast<float>(stored[(c * kSide + x) * kSide + y]) / 255.0f;
      }
    }
  }
  const cv::Rect crops[] = {{0, 0, 96, 96}, {0, 0, 48, 48}, {5, 7, 80, 60}, {40, 1, 56, 95},
                            {95, 95, 1, 1}, {10, 20, 2, 3}, {1, 0, 95, 96}, {33, 44, 31, 17}};
  for (const cv::Rect& crop : crops) {
    cv::Mat expected;
    cv::resize(source(crop), expected, {kSide, kSide}, 0, 0, cv::INTER_LINEAR);
    const ImageParameters image =
        cropped(static_cast<float>(crop.x), static_cast<float>(crop.y),
                static_cast<float>(crop.width), static_cast<float>(crop.height));
    const std::vector<float> picture = render(stored.data(), image);
    const std::vector<float> values(expected.ptr<float>(), expected.ptr<float>() + picture.size());
    EXPECT_LT(distance(picture, values), 1e-5) << crop;  // OpenCV's weights are float32 positions
  }
}
#endif

}  // namespace
}  // namespace stl10
