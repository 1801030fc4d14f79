#include "stl10/augment/parameters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "augment/fixtures.h"
#include "stl10/augment/options.h"

namespace stl10 {
namespace {

using testing_augment::ks_uniform;

constexpr int kDraws = 20000;
const double kKsLimit = 2.7 / std::sqrt(kDraws);

/// Crops that are never cut to the image, so that what was drawn can be read off.
AugmentOptions all_options() {
  AugmentOptions options = augment_preset("simclr");
  options.crop_scale = {0.1, 0.5};
  options.solarize = 0.3;
  options.noise = 0.1;
  return options;
}

std::vector<ImageParameters> draw(const AugmentOptions& options, int count = kDraws) {
  const AugmentRanges ranges = to_ranges(options);
  std::vector<ImageParameters> drawn;
  for (int i = 0; i < count; ++i) {
    drawn.push_back(draw_parameters(ranges, 42, {}, static_cast<uint32_t>(i)));
  }
  return drawn;
}

template <class Function>
std::vector<double> collect(const std::vector<ImageParameters>& drawn, const Function& f) {
  std::vector<double> values;
  for (const ImageParameters& image : drawn) values.push_back(f(image));
  return values;
}

/// The share of images for which f holds, in standard deviations from `probability`.
template <class Function>
double deviation(const std::vector<ImageParameters>& drawn, double probability, const Function& f) {
  double count = 0;
  for (const ImageParameters& image : drawn) count += f(image) ? 1 : 0;
  const double n = static_cast<double>(drawn.size());
  return (count - n * probability) / std::sqrt(n * probability * (1 - probability));
}

TEST(DrawParameters, CropAreaIsUniformAndAspectRatioLogUniform) {
  const auto drawn = draw(all_options());
  const auto area = collect(drawn, [](const auto& i) { return i.width * i.height / 9216.0; });
  EXPECT_LT(ks_uniform(area, 0.1, 0.5), kKsLimit);
  const auto ratio = collect(drawn, [](const auto& i) { return std::log(i.width / i.height); });
  EXPECT_LT(ks_uniform(ratio, -std::log(4.0 / 3), std::log(4.0 / 3)), kKsLimit);
}

TEST(DrawParameters, CropPositionIsUniformOverWhatTheCropLeaves) {
  const auto drawn = draw(all_options());
  const auto left = collect(drawn, [](const auto& i) { return i.left / (96.0 - i.width); });
  const auto top = collect(drawn, [](const auto& i) { return i.top / (96.0 - i.height); });
  EXPECT_LT(ks_uniform(left, 0, 1), kKsLimit);
  EXPECT_LT(ks_uniform(top, 0, 1), kKsLimit);
}

TEST(DrawParameters, CropsWiderThanTheImageAreCutToIt) {
  AugmentOptions options = all_options();
  options.crop_scale = {0.9, 1};
  options.crop_ratio = {2, 2};
  for (const ImageParameters& image : draw(options, 200)) {
    EXPECT_EQ(image.width, 96);
    EXPECT_EQ(image.left, 0);
    EXPECT_NEAR(image.height, 96 * std::sqrt(0.475), 96 * 0.02);
    EXPECT_LE(image.top + image.height, 96 + 1e-4);
  }
  options.crop_ratio = {0.5, 0.5};
  for (const ImageParameters& image : draw(options, 200)) EXPECT_EQ(image.height, 96);
}

TEST(DrawParameters, StrengthsAreUniformAroundTheirMiddle) {
  const auto drawn = draw(all_options());
  for (int k = 0; k < 3; ++k) {
    const auto factor = collect(drawn, [k](const auto& i) { return i.color_strength[k]; });
    EXPECT_LT(ks_uniform(factor, 0.2, 1.8), kKsLimit);
  }
  const auto turns = collect(drawn, [](const auto& i) { return i.color_strength[3]; });
  EXPECT_LT(ks_uniform(turns, -0.2, 0.2), kKsLimit);
}

TEST(DrawParameters, ChoicesHaveTheirProbabilities) {
  const auto drawn = draw(all_options());
  EXPECT_LT(std::abs(deviation(drawn, 0.5, [](const auto& i) { return i.flip; })), 4.5);
  EXPECT_LT(std::abs(deviation(drawn, 0.8, [](const auto& i) { return i.color_count == 4; })), 4.5);
  EXPECT_LT(std::abs(deviation(drawn, 0.2, [](const auto& i) { return i.color_count == 0; })), 4.5);
  EXPECT_LT(std::abs(deviation(drawn, 0.2, [](const auto& i) { return i.grayscale; })), 4.5);
  EXPECT_LT(std::abs(deviation(drawn, 0.5, [](const auto& i) { return i.blur; })), 4.5);
  EXPECT_LT(std::abs(deviation(drawn, 0.3, [](const auto& i) { return i.solarize; })), 4.5);
}

TEST(DrawParameters, ProbabilitiesZeroAndOneAreNeverAndAlways) {
  AugmentOptions options = all_options();
  options.flip = options.grayscale = options.blur = options.solarize = 0;
  options.jitter_probability = 0;
  for (const ImageParameters& image : draw(options, 1000)) {
    EXPECT_FALSE(image.flip || image.grayscale || image.blur || image.solarize);
    EXPECT_EQ(image.color_count, 0);
  }
  options.flip = options.grayscale = options.blur = options.solarize = 1;
  options.jitter_probability = 1;
  for (const ImageParameters& image : draw(options, 1000)) {
    EXPECT_TRUE(image.flip && image.grayscale && image.blur && image.solarize);
    EXPECT_EQ(image.color_count, 4);
  }
}

TEST(DrawParameters, AllOrdersOfColourOperationsAreEquallyLikely) {
  std::map<std::vector<ColorOperation>, int> counts;
  AugmentOptions options = all_options();
  options.jitter_probability = 1;
  const auto drawn = draw(options, 24000);
  for (const ImageParameters& image : drawn) {
    ++counts[{image.color_order, image.color_order + image.color_count}];
  }
  ASSERT_EQ(counts.size(), 24u);
  double chi_squared = 0;  // 23 degrees of freedom: above 71 once in a million times
  for (const auto& [order, count] : counts) {
    ASSERT_EQ(order.size(), 4u);
    chi_squared += (count - 1000.0) * (count - 1000.0) / 1000;
  }
  EXPECT_LT(chi_squared, 71);
}

TEST(DrawParameters, OperationsOfStrengthZeroAreLeftOut) {
  AugmentOptions options = all_options();
  options.jitter_probability = 1;
  options.contrast = 0;
  options.hue = 0;
  for (const ImageParameters& image : draw(options, 100)) {
    ASSERT_EQ(image.color_count, 2);
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(image.color_order[i] == ColorOperation::kBrightness ||
                  image.color_order[i] == ColorOperation::kSaturation);
    }
  }
}

TEST(DrawParameters, BlurWeightsAreAGaussianThatSumsToOne) {
  double lowest = 9, highest = 0;
  for (const ImageParameters& image : draw(all_options(), 2000)) {
    if (!image.blur) continue;
    double sum = image.blur_weight[0];
    for (int k = 1; k <= kBlurRadius; ++k) sum += 2 * double{image.blur_weight[k]};
    EXPECT_NEAR(sum, 1, 1e-6);
    const double sigma = std::sqrt(0.5 / std::log(image.blur_weight[0] / image.blur_weight[1]));
    if (image.blur_weight[2] > 1e-20f) {
      EXPECT_NEAR(std::log(image.blur_weight[0] / image.blur_weight[2]), 2 / (sigma * sigma),
                  1e-3 / (sigma * sigma));
    }
    lowest = std::min(lowest, sigma);
    highest = std::max(highest, sigma);
  }
  EXPECT_NEAR(lowest, 0.1, 0.02);
  EXPECT_NEAR(highest, 2, 0.02);
}

TEST(DrawParameters, SwitchingOneOperationOffLeavesTheOthersDraws) {
  const auto all = draw(all_options(), 500);
  AugmentOptions options = all_options();
  options.crop_scale = {1, 1};
  options.flip = 0;
  options.brightness = 0;
  options.blur = 0;
  const auto fewer = draw(options, 500);
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(fewer[i].width, 96);
    EXPECT_EQ(all[i].color_strength[1], fewer[i].color_strength[1]);
    EXPECT_EQ(all[i].color_strength[3], fewer[i].color_strength[3]);
    EXPECT_EQ(all[i].grayscale, fewer[i].grayscale);
    EXPECT_EQ(all[i].solarize, fewer[i].solarize);
  }
}

TEST(DrawParameters, SeedSourceEpochIndexAndViewAllMatter) {
  const AugmentRanges ranges = to_ranges(all_options());
  const std::vector<ImageParameters> drawn = {
      draw_parameters(ranges, 1, {}, 7),
      draw_parameters(ranges, 2, {}, 7),
      draw_parameters(ranges, 1, {ImageSource::kTest, 0, 0}, 7),
      draw_parameters(ranges, 1, {ImageSource::kUnlabeled, 0, 0}, 7),
      draw_parameters(ranges, 1, {ImageSource::kTrain, 1, 0}, 7),
      draw_parameters(ranges, 1, {ImageSource::kTrain, 0, 1}, 7),
      draw_parameters(ranges, 1, {ImageSource::kTrain, 0, 0xFFFF}, 7),
      draw_parameters(ranges, 1, {}, 8)};
  for (size_t a = 0; a < drawn.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      EXPECT_NE(drawn[a].left, drawn[b].left);
      const auto noise = [](const ImageParameters& image) {
        return stream_block(image.noise_seed, image.noise_stream, 0).word[0];
      };
      EXPECT_NE(noise(drawn[a]), noise(drawn[b]));
    }
  }
}

}  // namespace
}  // namespace stl10
