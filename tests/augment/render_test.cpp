#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "augment/fixtures.h"
#include "stl10/augment/options.h"
#include "stl10/augment/pixel.h"
#ifdef STL10_WITH_OPENCV
#include <opencv2/imgproc.hpp>
#endif

namespace stl10 {
namespace {

using namespace testing_augment;

/// Everything at its strongest. A threshold of ½ is the one at which solarize is continuous, so
/// that a rounding error can't change a value by much.
AugmentOptions extreme() {
  AugmentOptions options = augment_preset("simclr");
  options.crop_scale = {0.001, 1};
  options.crop_ratio = {0.1, 10};
  options.brightness = options.contrast = options.saturation = 1;
  options.hue = 0.5;
  options.grayscale = 0.1;
  options.blur_sigma = {0.05, 5};
  options.solarize = 0.3;
  options.noise = 0.1;
  return options;
}

/// A noise quantile is off by at most 3.1e-4.
double tolerance(const ImageParameters& image) { return 1e-5 + 3.2e-4 * double{image.noise}; }

TEST(Render, RandomDrawsEqualTheFloat64Reference) {
  const std::vector<uint8_t> stored = random_images(4);
  for (const bool with_noise : {false, true}) {
    AugmentOptions options = extreme();
    if (!with_noise) options.noise = 0;
    const AugmentRanges ranges = to_ranges(options);
    for (int i = 0; i < 60; ++i) {
      const ImageParameters image = draw_parameters(ranges, 9, {}, static_cast<uint32_t>(i));
      const uint8_t* from = &stored[static_cast<size_t>(i % 4) * kImageBytes];
      const reference::Picture expected = reference::render(from, image);
      for (const InstructionSet set : available_sets()) {
        EXPECT_LT(distance(render(from, image, set), expected), tolerance(image))
            << name_of(set) << ", draw " << i;
      }
      EXPECT_LT(distance(render_with_block(from, image), expected), tolerance(image)) << i;
    }
  }
}

TEST(Render, ViewsOfEverySizeEqualTheFloat64Reference) {
  const std::vector<uint8_t> stored = random_images(2);
  AugmentOptions options = extreme();
  for (const int size : {32, 33, 47, 64, 80, 95, 97, 100, 128, 223, 224}) {
    options.size = size;
    const AugmentRanges ranges = to_ranges(options);
    for (uint32_t i = 0; i < 8; ++i) {
      const ImageParameters image = draw_parameters(ranges, 9, {}, i);
      ASSERT_EQ(image.size, size);
      const uint8_t* from = &stored[(i % 2) * size_t{kImageBytes}];
      const reference::Picture expected = reference::render(from, image);
      for (const InstructionSet set : available_sets()) {
        EXPECT_LT(distance(render(from, image, set), expected), tolerance(image))
            << size << ", " << name_of(set) << ", draw " << i;
      }
      EXPECT_LT(distance(render_with_block(from, image), expected), tolerance(image))
          << size << ", draw " << i;
    }
  }
}

/// What is drawn for an image doesn't depend on the size of its views.
TEST(Render, SizesShareTheirDraws) {
  AugmentOptions options = extreme();
  const ImageParameters large = draw_parameters(to_ranges(options), 9, {}, 3);
  options.size = 64;
  const ImageParameters small = draw_parameters(to_ranges(options), 9, {}, 3);
  EXPECT_EQ(small.left, large.left);
  EXPECT_EQ(small.width, large.width);
  EXPECT_EQ(small.flip, large.flip);
  EXPECT_EQ(small.color_strength[3], large.color_strength[3]);
}

TEST(Render, InstructionSetsAndTheBlockAgree) {
  const std::vector<uint8_t> stored = random_images(1);
  const AugmentRanges ranges = to_ranges(extreme());
  for (uint32_t i = 0; i < 300; ++i) {
    const ImageParameters image = draw_parameters(ranges, 10, {}, i);
    const std::vector<float> baseline = render(stored.data(), image, InstructionSet::kBaseline);
    for (const InstructionSet set : available_sets()) {
      EXPECT_LT(distance(render(stored.data(), image, set), baseline), 1e-5) << name_of(set) << i;
    }
    if (i >= 60) continue;
    EXPECT_LT(distance(render_with_block(stored.data(), image), baseline), 1e-5) << i;
  }
}

TEST(Render, BlockDoesNotDependOnTheOrderOfItsThreads) {
  const std::vector<uint8_t> stored = random_images(1);
  AugmentOptions options = extreme();
  options.contrast = 0;  // the mean is the one sum, which rounds
  const AugmentRanges ranges = to_ranges(options);
  for (uint32_t i = 0; i < 30; ++i) {
    const ImageParameters image = draw_parameters(ranges, 11, {}, i);
    EXPECT_EQ(render_with_block(stored.data(), image),
              render_with_block(stored.data(), image, true));
  }
}

TEST(Render, TenThousandExtremeDrawsAreFiniteAndInRange) {
  const std::vector<uint8_t> stored = random_images(16);
  const AugmentRanges ranges = to_ranges(extreme());
  const std::vector<InstructionSet> sets = available_sets();
  for (uint32_t i = 0; i < 10000; ++i) {
    const ImageParameters image = draw_parameters(ranges, 12, {}, i);
    float low = 0, high = 1;
    bool finite = true;
    for (const float value : render(&stored[(i % 16) * size_t{kImageBytes}], image,
                                    i % 8 == 0 ? sets[i / 8 % sets.size()] : sets.back())) {
      finite = finite && std::isfinite(value);
      low = std::min(low, value);
      high = std::max(high, value);
    }
    ASSERT_TRUE(finite && low == 0 && high == 1) << "draw " << i << ": " << low << " " << high;
  }
}

TEST(Render, EachColourOperationAloneEqualsTheReference) {
  const std::vector<uint8_t> stored = random_images(1);
  for (int k = 0; k < kColorOperations; ++k) {
    for (const float strength : {0.0f, 0.3f, -0.4f, 1.0f, 1.7f}) {
      const bool hue = static_cast<ColorOperation>(k) == ColorOperation::kHue;
      if (hue ? strength > 0.5f : strength < 0) continue;
      ImageParameters image;
      image.color_count = 1;
      image.color_order[0] = static_cast<ColorOperation>(k);
      image.color_strength[k] = strength;
      const reference::Picture expected = reference::render(stored.data(), image);
      for (const InstructionSet set : available_sets()) {
        EXPECT_LT(distance(render(stored.data(), image, set), expected), 3e-6) << k;
      }
    }
  }
}

TEST(Render, FactorsOfOneKeepTheImageToTheBit) {
  const std::vector<uint8_t> stored = random_images(1);
  ImageParameters image;
  image.color_count = 3;
  for (int k = 0; k < 3; ++k) image.color_order[k] = static_cast<ColorOperation>(k);
  for (const InstructionSet set : available_sets()) {
    EXPECT_EQ(render(stored.data(), image, set), render(stored.data(), {}, set));
  }
}

TEST(Render, ContrastUsesTheMeanOfWhatCameBeforeIt) {
  const std::vector<uint8_t> stored = random_images(1);
  ImageParameters image;
  image.color_count = 2;
  image.color_strength[0] = 0.5f;
  image.color_strength[1] = 0;
  image.color_order[0] = ColorOperation::kBrightness;
  image.color_order[1] = ColorOperation::kContrast;
  const float first = render(stored.data(), image)[0];
  image.color_order[0] = ColorOperation::kContrast;
  image.color_order[1] = ColorOperation::kBrightness;
  const float second = render(stored.data(), image)[0];
  EXPECT_NEAR(first, 0.25, 0.01);  // half the bytes' mean, whichever comes first
  EXPECT_NEAR(second, first, 1e-6);
  image.color_strength[1] = 2;
  EXPECT_GT(distance(render(stored.data(), image), render(stored.data(), {})), 0.1);
}

TEST(Render, SolarizeInvertsTheBrightHalf) {
  const std::vector<uint8_t> stored = random_images(1);
  ImageParameters image;
  image.solarize = true;
  image.solarize_threshold = 0.7f;
  const std::vector<float> plain = render(stored.data(), {});
  for (const InstructionSet set : available_sets()) {
    const std::vector<float> picture = render(stored.data(), image, set);
    for (size_t i = 0; i < plain.size(); ++i) {
      ASSERT_EQ(picture[i], plain[i] >= 0.7f ? 1 - plain[i] : plain[i]);
    }
  }
  EXPECT_EQ(render_with_block(stored.data(), image), render(stored.data(), image));
}

#ifdef STL10_WITH_OPENCV
TEST(Blur, EqualsCvGaussianBlurWithNineTapsAndReflectedBorder) {
  const std::vector<uint8_t> stored = random_images(1);
  std::vector<float> plain = render(stored.data(), {});
  const cv::Mat source(kSide, kSide, CV_32FC3, plain.data());
  for (const double sigma : {0.1, 0.5, 1.0, 2.0, 10.0}) {
    cv::Mat expected;
    cv::GaussianBlur(source, expected, {9, 9}, sigma, sigma, cv::BORDER_REFLECT_101);
    ImageParameters image;
    image.blur = true;
    gaussian_weights(sigma, image.blur_weight);
    const std::vector<float> values(expected.ptr<float>(), expected.ptr<float>() + plain.size());
    for (const InstructionSet set : available_sets()) {
      EXPECT_LT(distance(render(stored.data(), image, set), values), 2e-6) << sigma;
    }
  }
}
#endif

TEST(Bfloat16, OutputIsTheRoundedFloatOutput) {
  const std::vector<uint8_t> stored = random_images(1);
  const auto space = std::make_unique<RenderSpace>();
  const ImageParameters image = draw_parameters(to_ranges(extreme()), 13, {}, 1);
  for (const InstructionSet set : available_sets()) {
    const std::vector<float> expected = render(stored.data(), image, set);
    std::vector<uint16_t> picture(expected.size());
    render_function(set)(stored.data(), image, *space, PixelType::kBfloat16, picture.data());
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(picture[i], to_bfloat16_bits(expected[i]));
    }
  }
}

}  // namespace
}  // namespace stl10
