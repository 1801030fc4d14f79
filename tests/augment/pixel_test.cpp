#include "stl10/augment/pixel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "augment/reference.h"
#include "stl10/base/philox.h"
#ifdef STL10_WITH_OPENCV
#include <opencv2/imgproc.hpp>
#endif

namespace stl10 {
namespace {

/// Random colours, with grays, ties and pure colours among them.
std::vector<Rgb> colors() {
  std::vector<Rgb> result = {{0, 0, 0}, {1, 1, 1}, {1, 0, 0}, {0, 1, 0},      {0, 0, 1},
                             {1, 1, 0}, {0, 1, 1}, {1, 0, 1}, {.5f, .5f, .5f}};
  Philox random(5, {});
  for (int i = 0; i < 5000; ++i) {
    const float a = random.uniform(), b = random.uniform();
    result.push_back({a, b, random.uniform()});
    if (i % 50 == 0) {
      result.push_back({a, a, b});
      result.push_back({a, b, b});
      result.push_back({b, a, b});
    }
  }
  return result;
}

void expect_near(Rgb p, const reference::Pixel& expected, double tolerance) {
  EXPECT_NEAR(p.r, expected[0], tolerance);
  EXPECT_NEAR(p.g, expected[1], tolerance);
  EXPECT_NEAR(p.b, expected[2], tolerance);
}

TEST(ToUnit, EqualsDivisionBy255ToTheBit) {
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(to_unit(static_cast<float>(i)), static_cast<float>(i) / 255.0f);
  }
}

TEST(Lerp, StaysBetweenItsEnds) {
  Philox random(6, {});
  const float most = std::nextafter(1.0f, 0.0f);
  for (int i = 0; i < 100000; ++i) {
    const float a = random.uniform(), b = i % 3 == 0 ? 1.0f : random.uniform();
    for (const float weight : {0.0f, random.uniform(), most}) {
      EXPECT_LE(lerp(a, b, weight), 1.0f);
      EXPECT_GE(lerp(b, a, weight), 0.0f);
    }
    EXPECT_EQ(lerp(a, b, 0), a);
  }
}

TEST(Clamp01, KeepsTheInsideAndCutsTheOutside) {
  EXPECT_EQ(clamp01(-0.1f), 0);
  EXPECT_EQ(clamp01(0), 0);
  EXPECT_EQ(clamp01(0.3f), 0.3f);
  EXPECT_EQ(clamp01(1), 1);
  EXPECT_EQ(clamp01(1.1f), 1);
}

TEST(Gray, WeighsAsBt601) {
  EXPECT_FLOAT_EQ(gray_of({1, 0, 0}), 0.299f);
  EXPECT_FLOAT_EQ(gray_of({0, 1, 0}), 0.587f);
  EXPECT_FLOAT_EQ(gray_of({0, 0, 1}), 0.114f);
  EXPECT_FLOAT_EQ(to_gray({1, 1, 1}).b, 1);
}

TEST(Brightness, MultipliesAndClips) {
  expect_near(change_brightness({0.2f, 0.5f, 0.9f}, 1.5f), {0.3, 0.75, 1}, 1e-6);
  expect_near(change_brightness({0.2f, 0.5f, 0.9f}, 0), {0, 0, 0}, 0);
}

TEST(Contrast, BlendsWithTheMeanAndClips) {
  expect_near(change_contrast({0.2f, 0.5f, 0.9f}, 0, 0.4f), {0.4, 0.4, 0.4}, 1e-7);
  expect_near(change_contrast({0.2f, 0.5f, 0.9f}, 0.5f, 0.4f), {0.3, 0.45, 0.65}, 1e-6);
  expect_near(change_contrast({0.1f, 0.5f, 0.9f}, 2, 0.4f), {0, 0.6, 1}, 1e-6);
}

TEST(Saturation, BlendsWithThePixelsGrayAndClips) {
  const double gray = 0.299 * 0.2 + 0.587 * 0.5 + 0.114 * 0.9;
  expect_near(change_saturation({0.2f, 0.5f, 0.9f}, 0), {gray, gray, gray}, 1e-6);
  expect_near(change_saturation({0.2f, 0.5f, 0.9f}, 0.5f),
              {(0.2 + gray) / 2, (0.5 + gray) / 2, (0.9 + gray) / 2}, 1e-6);
  expect_near(change_saturation({0.2f, 0.5f, 0.9f}, 2), {0, 1 - gray, 1}, 1e-6);
}

TEST(Hue, ThirdsOfATurnRotateTheChannels) {
  const float third = 1.0f / 3;
  for (const Rgb p : colors()) {
    expect_near(shift_hue(p, third), {p.b, p.r, p.g}, 2e-6);
    expect_near(shift_hue(p, -third), {p.g, p.b, p.r}, 2e-6);
  }
}

TEST(Hue, KeepsGraysAndComesBack) {
  for (const Rgb p : colors()) {
    const Rgb back = shift_hue(shift_hue(p, 0.21f), -0.21f);
    expect_near(back, {p.r, p.g, p.b}, 2e-6);
  }
  const Rgb gray = shift_hue({0.25f, 0.25f, 0.25f}, 0.4f);
  expect_near(gray, {0.25, 0.25, 0.25}, 0);
}

TEST(Hue, EqualsTheConversionToHsvAndBack) {
  for (const double turns : {-0.5, -0.31, -0.1, 0.0, 0.04, 0.25, 0.5}) {
    for (const Rgb p : colors()) {
      reference::Pixel hsv = reference::to_hsv({p.r, p.g, p.b});
      hsv[0] += turns;
      expect_near(shift_hue(p, static_cast<float>(turns)), reference::from_hsv(hsv), 2e-6);
    }
  }
}

#ifdef STL10_WITH_OPENCV
TEST(Hue, EqualsOpenCvsCvtColor) {
  for (const float turns : {-0.45f, -0.1f, 0.2f, 0.5f}) {
    const std::vector<Rgb> all = colors();
    cv::Mat picture(1, static_cast<int>(all.size()), CV_32FC3);
    for (int i = 0; i < picture.cols; ++i)
      picture.at<cv::Vec3f>(i) = {all[i].r, all[i].g, all[i].b};
    cv::Mat hsv, back;
    cv::cvtColor(picture, hsv, cv::COLOR_RGB2HSV);  // hue in degrees
    for (int i = 0; i < hsv.cols; ++i) {
      float& hue = hsv.at<cv::Vec3f>(i)[0];
      hue = std::fmod(hue + 360 * turns + 360, 360.0f);
    }
    cv::cvtColor(hsv, back, cv::COLOR_HSV2RGB);
    for (int i = 0; i < back.cols; ++i) {
      const auto expected = back.at<cv::Vec3f>(i);
      expect_near(shift_hue(all[i], turns), {expected[0], expected[1], expected[2]}, 2e-5);
    }
  }
}
#endif

TEST(Solarize, InvertsFromTheThresholdOn) {
  EXPECT_EQ(solarize(0.49f, 0.5f), 0.49f);
  EXPECT_EQ(solarize(0.5f, 0.5f), 0.5f);
  EXPECT_FLOAT_EQ(solarize(0.6f, 0.5f), 0.4f);
  EXPECT_EQ(solarize(0.75f, 0.75f), 0.25f);
  EXPECT_EQ(solarize(1, 1), 0);
  EXPECT_EQ(solarize(0.999f, 1), 0.999f);
  EXPECT_EQ(solarize(0, 0), 1);
}

TEST(Bfloat16, RoundsToNearestTiesToEven) {
  EXPECT_EQ(to_bfloat16_bits(0), 0);
  EXPECT_EQ(to_bfloat16_bits(1), 0x3F80);
  EXPECT_EQ(to_bfloat16_bits(1 + 0x1p-8f), 0x3F80);             // a tie: down to even
  EXPECT_EQ(to_bfloat16_bits(1 + 3 * 0x1p-8f), 0x3F82);         // a tie: up to even
  EXPECT_EQ(to_bfloat16_bits(1 + 0x1p-8f + 0x1p-20f), 0x3F81);  // above the tie
}

TEST(Reflected, MirrorsAboutTheOutermostPixels) {
  EXPECT_EQ(reflected(-4, kSide), 4);
  EXPECT_EQ(reflected(-1, kSide), 1);
  EXPECT_EQ(reflected(0, kSide), 0);
  EXPECT_EQ(reflected(95, kSide), 95);
  EXPECT_EQ(reflected(96, kSide), 94);
  EXPECT_EQ(reflected(99, kSide), 91);
}

TEST(ContrastPlace, IsTheNumberOfOperationsWhereThereIsNone) {
  ImageParameters image;
  EXPECT_EQ(contrast_place(image), 0);
  image.color_count = 2;
  image.color_order[0] = ColorOperation::kHue;
  image.color_order[1] = ColorOperation::kBrightness;
  EXPECT_EQ(contrast_place(image), 2);
  image.color_order[1] = ColorOperation::kContrast;
  EXPECT_EQ(contrast_place(image), 1);
}

}  // namespace
}  // namespace stl10
