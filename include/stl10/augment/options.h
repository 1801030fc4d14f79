#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/augment/parameters.h"
#include "stl10/base/options.h"

namespace stl10 {

/// What is drawn for every image, in this order: crop and flip, colour jitter, grayscale, blur,
/// solarize, noise. The defaults are the preset `none`, which leaves images as they are.
struct AugmentOptions {
  std::string preset = "none";
  std::optional<int64_t> size = kSide;
  double flip = 0;
  std::vector<double> crop_scale = {1, 1};
  std::vector<double> crop_ratio = {3.0 / 4, 4.0 / 3};
  double brightness = 0;
  double contrast = 0;
  double saturation = 0;
  double hue = 0;
  double jitter_probability = 1;
  double grayscale = 0;
  double blur = 0;
  std::vector<double> blur_sigma = {0.1, 2};
  double solarize = 0;
  double solarize_threshold = 0.5;
  double noise = 0;
};

template <class Visitor>
void visit_fields(AugmentOptions& options, Visitor& field) {
  field("preset", options.preset, "none, classification, contrastive or simclr: sets the others");
  field("size", options.size,
        "side of the square views, in pixels; null: what the encoder takes, or 96",
        between(kSmallestSide, kLargestSide));
  field("flip", options.flip, "share of images mirrored left to right", between(0, 1));
  field("crop_scale", options.crop_scale, "lowest and highest share of the area; [1, 1]: no crop",
        Range{.low = 0, .high = 1, .low_excluded = true});
  field("crop_ratio", options.crop_ratio, "lowest and highest width / height of the crop",
        between(0.01, 100));
  field("brightness", options.brightness, "factor drawn in 1 ± this", between(0, 1));
  field("contrast", options.contrast, "factor drawn in 1 ± this", between(0, 1));
  field("saturation", options.saturation, "factor drawn in 1 ± this", between(0, 1));
  field("hue", options.hue, "shift drawn in ± this, in turns", between(0, 0.5));
  field("jitter_probability", options.jitter_probability, "share of images with the four above",
        between(0, 1));
  field("grayscale", options.grayscale, "share of images made gray", between(0, 1));
  field("blur", options.blur, "share of images blurred (Gaussian, 9 taps)", between(0, 1));
  field("blur_sigma", options.blur_sigma, "lowest and highest standard deviation, in pixels",
        between(0.05, 50));
  field("solarize", options.solarize, "share of images solarized", between(0, 1));
  field("solarize_threshold", options.solarize_threshold, "values from here on are inverted",
        between(0, 1));
  field("noise", options.noise, "standard deviation of Gaussian noise; white is 1", between(0, 1));
}

/// The names that `preset` may have.
std::vector<std::string> augment_preset_names();

/// The options of a preset: `none`; `classification` and `contrastive`, the report's steps with its
/// code's strengths; `simclr`, those of Chen et al. 2020 (arXiv:2002.05709, appendix A, strength
/// 1).
/// @throws ConfigError on another name.
AugmentOptions augment_preset(std::string_view name);

/// Sets all options but the size to those of `options.preset`. @throws ConfigError on an unknown
/// name.
void apply_preset(AugmentOptions& options);

/// @throws ConfigError where a pair hasn't two values, the lower one first, or one is out of its
/// range, or the preset is unknown.
void check(const AugmentOptions& options);

/// The options without a size: beside an encoder that is there, views are as large as it takes
/// them.
AugmentOptions without_size(AugmentOptions options);

/// The options with `size`. @throws ConfigError where they, the group `group` of a config, name
/// another one.
AugmentOptions with_size(AugmentOptions options, int64_t size, const std::string& group);

/// The options as plain numbers, for kernels. @throws ConfigError as `check`.
AugmentRanges to_ranges(const AugmentOptions& options);

}  // namespace stl10
