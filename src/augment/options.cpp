#include "stl10/augment/options.h"

#include <cmath>
#include <type_traits>

#include "stl10/base/error.h"
#include "stl10/base/options_json.h"

namespace stl10 {
namespace {

AugmentOptions none_preset() { return {}; }

AugmentOptions classification_preset() {
  AugmentOptions options;
  options.preset = "classification";
  options.flip = 0.5;
  options.crop_scale = {0.5, 1};
  options.brightness = options.contrast = options.saturation = 0.2;
  options.hue = 0.1;
  options.noise = 0.02;
  return options;
}

AugmentOptions contrastive_preset() {
  AugmentOptions options;
  options.preset = "contrastive";
  options.flip = 0.5;
  options.crop_scale = {0.2, 1};
  options.brightness = options.contrast = options.saturation = 0.5;
  options.hue = 0.2;
  options.noise = 0.05;
  return options;
}

AugmentOptions simclr_preset() {
  AugmentOptions options;
  options.preset = "simclr";
  options.flip = 0.5;
  options.crop_scale = {0.08, 1};
  options.brightness = options.contrast = options.saturation = 0.8;
  options.hue = 0.2;
  options.jitter_probability = 0.8;
  options.grayscale = 0.2;
  options.blur = 0.5;
  return options;
}

struct Preset {
  std::string_view name;
  AugmentOptions (*make)();
};
constexpr Preset kPresets[] = {{"none", none_preset},
                               {"classification", classification_preset},
                               {"contrastive", contrastive_preset},
                               {"simclr", simclr_preset}};

/// Checks one field as a config file's value of the same key would be checked.
struct RangeChecker {
  template <class T>
  void operator()(std::string_view key, T& value, std::string_view, Range range = {}) {
    if constexpr (std::is_same_v<T, double>) {
      check_number(key, value, range);
    } else if constexpr (std::is_same_v<T, std::optional<int64_t>>) {
      if (value) check_number(key, static_cast<double>(*value), range);
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      const std::string found = Json(value).dump();
      if (value.size() != 2) fail(key, "two numbers", found);
      for (const double number : value) check_number(key, number, range);
      if (value[0] > value[1]) fail(key, "the lower number first", found);
    }
  }

  static void check_number(std::string_view key, double number, const Range& range) {
    if (std::isfinite(number) && range.contains(number)) return;
    fail(key, "a number " + describe(range), Json(number).dump());
  }

  [[noreturn]] static void fail(std::string_view key, const std::string& expected,
                                const std::string& found) {
    throw ConfigError({"`" + std::string(key) + "` of the augmentation", expected, found,
                       "correct it in the config or on the command line"});
  }
};

Interval interval(const std::vector<double>& pair) {
  return {static_cast<float>(pair[0]), static_cast<float>(pair[1])};
}

}  // namespace

std::vector<std::string> augment_preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : kPresets) names.emplace_back(preset.name);
  return names;
}

AugmentOptions augment_preset(std::string_view name) {
  for (const Preset& preset : kPresets) {
    if (preset.name == name) return preset.make();
  }
  const std::string guess = nearest(name, augment_preset_names());
  throw ConfigError({"unknown augmentation preset", "none, classification, contrastive or simclr",
                     "`" + std::string(name) + "`",
                     guess.empty() ? "give one of these" : "did you mean `" + guess + "`?"});
}

void apply_preset(AugmentOptions& options) {
  const std::optional<int64_t> size = options.size;
  options = augment_preset(options.preset);
  options.size = size;
}

AugmentOptions without_size(AugmentOptions options) {
  options.size.reset();
  return options;
}

AugmentOptions with_size(AugmentOptions options, int64_t size, const std::string& group) {
  const std::string own = std::to_string(size);
  if (options.size.value_or(size) != size) {
    throw ConfigError({"`" + group + ".size` isn't what the encoder takes", own,
                       std::to_string(*options.size), "give " + own + ", or leave it out"});
  }
  options.size = size;
  return options;
}

void check(const AugmentOptions& options) {
  augment_preset(options.preset);
  AugmentOptions copy = options;
  RangeChecker checker;
  visit_fields(copy, checker);
}

AugmentRanges to_ranges(const AugmentOptions& options) {
  check(options);
  const auto number = [](double value) { return static_cast<float>(value); };
  AugmentRanges ranges{};
  ranges.size = static_cast<int>(options.size.value_or(kSide));
  ranges.flip = number(options.flip);
  ranges.crop = options.crop_scale[0] < 1;
  ranges.crop_area = interval(options.crop_scale);
  ranges.crop_log_ratio = {number(std::log(options.crop_ratio[0])),
                           number(std::log(options.crop_ratio[1]))};
  const double strengths[] = {options.brightness, options.contrast, options.saturation,
                              options.hue};
  for (int i = 0; i < kColorOperations; ++i) ranges.jitter_strength[i] = number(strengths[i]);
  ranges.jitter = number(options.jitter_probability);
  ranges.grayscale = number(options.grayscale);
  ranges.blur = number(options.blur);
  ranges.blur_sigma = interval(options.blur_sigma);
  ranges.solarize = number(options.solarize);
  ranges.solarize_threshold = number(options.solarize_threshold);
  ranges.noise = number(options.noise);
  return ranges;
}

}  // namespace stl10
