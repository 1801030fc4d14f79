#include "stl10/augment/options.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "stl10/base/error.h"
#include "stl10/base/options_json.h"

namespace stl10 {
namespace {

AugmentOptions read(const std::string& text) {
  AugmentOptions options;
  apply_json(options, parse_json(text, "test"), "test");
  return options;
}

std::string complaint(const AugmentOptions& options) {
  try {
    check(options);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(AugmentOptions, DefaultsAreThePresetNone) {
  EXPECT_EQ(to_json(AugmentOptions{}), to_json(augment_preset("none")));
}

TEST(AugmentOptions, APresetLeavesTheSizeAsItIs) {
  EXPECT_EQ(augment_preset("simclr").size, 96);
  EXPECT_EQ(read(R"({"size": 64, "preset": "simclr"})").size, 64);
  AugmentOptions options = read(R"({"size": 64})");
  apply_json(options, parse_json(R"({"preset": "simclr"})", "test"), "test");
  EXPECT_EQ(options.size, 64);
  EXPECT_EQ(options.blur, 0.5);
}

TEST(AugmentOptions, ASizeFollowsTheEncoderOrIsItsOwn) {
  EXPECT_EQ(with_size(without_size({}), 64, "augment").size, 64);
  EXPECT_EQ(with_size({}, 96, "augment").size, 96);
  try {
    with_size({}, 64, "augment");
    FAIL();
  } catch (const ConfigError& error) {
    const std::string line = error.what();
    EXPECT_NE(line.find("`augment.size`"), std::string::npos) << line;
    EXPECT_NE(line.find("expected 64, found 96"), std::string::npos) << line;
  }
  EXPECT_EQ(to_ranges(without_size({})).size, 96);
}

TEST(AugmentOptions, SizesAreThoseThatNetworksTake) {
  for (const int size : {32, 224}) {
    EXPECT_EQ(read("{\"size\": " + std::to_string(size) + "}").size, size);
  }
  for (const char* size : {"31", "225", "64.5", "true"}) {
    EXPECT_THROW(read(std::string("{\"size\": ") + size + "}"), ConfigError) << size;
  }
}

TEST(AugmentOptions, PresetsHaveThePublishedStrengths) {
  const AugmentOptions weak = augment_preset("classification");
  EXPECT_EQ(weak.flip, 0.5);
  EXPECT_EQ(weak.crop_scale, (std::vector<double>{0.5, 1}));
  EXPECT_EQ(weak.crop_ratio, (std::vector<double>{3.0 / 4, 4.0 / 3}));
  EXPECT_EQ(weak.brightness, 0.2);
  EXPECT_EQ(weak.contrast, 0.2);
  EXPECT_EQ(weak.saturation, 0.2);
  EXPECT_EQ(weak.hue, 0.1);
  EXPECT_EQ(weak.jitter_probability, 1);
  EXPECT_EQ(weak.noise, 0.02);
  const AugmentOptions strong = augment_preset("contrastive");
  EXPECT_EQ(strong.flip, 0.5);
  EXPECT_EQ(strong.crop_scale, (std::vector<double>{0.2, 1}));
  EXPECT_EQ(strong.brightness, 0.5);
  EXPECT_EQ(strong.contrast, 0.5);
  EXPECT_EQ(strong.saturation, 0.5);
  EXPECT_EQ(strong.hue, 0.2);
  EXPECT_EQ(strong.jitter_probability, 1);
  EXPECT_EQ(strong.noise, 0.05);
  const AugmentOptions simclr = augment_preset("simclr");
  EXPECT_EQ(simclr.flip, 0.5);
  EXPECT_EQ(simclr.crop_scale, (std::vector<double>{0.08, 1}));
  EXPECT_EQ(simclr.brightness, 0.8);
  EXPECT_EQ(simclr.contrast, 0.8);
  EXPECT_EQ(simclr.saturation, 0.8);
  EXPECT_EQ(simclr.hue, 0.2);
  EXPECT_EQ(simclr.jitter_probability, 0.8);
  EXPECT_EQ(simclr.grayscale, 0.2);
  EXPECT_EQ(simclr.blur, 0.5);
  EXPECT_EQ(simclr.blur_sigma, (std::vector<double>{0.1, 2}));
  EXPECT_EQ(simclr.noise, 0);
}

TEST(AugmentOptions, EveryPresetIsSoundAndKnowsItsName) {
  for (const std::string& name : augment_preset_names()) {
    EXPECT_NO_THROW(check(augment_preset(name)));
    EXPECT_EQ(augment_preset(name).preset, name);
  }
}

TEST(AugmentOptions, PresetInJsonIsTheBaseOfItsNeighbours) {
  const AugmentOptions options = read(R"({"noise": 0.25, "preset": "contrastive"})");
  EXPECT_EQ(options.noise, 0.25);
  EXPECT_EQ(options.crop_scale, (std::vector<double>{0.2, 1}));
}

TEST(AugmentOptions, UnknownPresetNamesTheValidOnesAndTheNearest) {
  try {
    read(R"({"preset": "contrastiv"})");
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    const std::string line = error.what();
    EXPECT_NE(line.find("none, classification, contrastive or simclr"), std::string::npos) << line;
    EXPECT_NE(line.find("did you mean `contrastive`?"), std::string::npos) << line;
  }
  AugmentOptions options;
  options.preset = "";
  EXPECT_THROW(check(options), ConfigError);
}

TEST(AugmentOptions, PairsNeedTwoValuesInOrder) {
  AugmentOptions options;
  options.crop_scale = {0.5};
  EXPECT_NE(complaint(options).find("two numbers"), std::string::npos);
  options.crop_scale = {0.5, 0.6, 0.7};
  EXPECT_NE(complaint(options).find("two numbers"), std::string::npos);
  options.crop_scale = {0.6, 0.5};
  EXPECT_NE(complaint(options).find("the lower number first"), std::string::npos);
  options.crop_scale = {0.5, 0.5};
  EXPECT_EQ(complaint(options), "");
  options.blur_sigma = {2, 1};
  EXPECT_NE(complaint(options).find("blur_sigma"), std::string::npos);
  options.blur_sigma = {1, 2};
  options.crop_ratio = {};
  EXPECT_NE(complaint(options).find("crop_ratio"), std::string::npos);
  EXPECT_THROW(to_ranges(options), ConfigError);
}

/// Sets every number in turn to its range's ends and a little beyond, and checks.
struct EndsTester {
  AugmentOptions& options;
  int fields = 0;

  template <class T>
  void operator()(std::string_view key, T& value, std::string_view, Range range = {}) {
    if constexpr (std::is_same_v<T, double>) {
      try_ends(key, value, range);
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      const T before = value;
      value = {range.high, range.high};
      EXPECT_EQ(complaint(options), "") << key;
      try_ends(key, value[0], range);
      value = before;
    }
  }

  void try_ends(std::string_view key, double& value, const Range& range) {
    ++fields;
    const double before = value;
    value = range.low;
    EXPECT_EQ(complaint(options).empty(), !range.low_excluded) << key;
    for (const double bad :
         {range.low - 1e-9, range.high + 1e-9, std::numeric_limits<double>::quiet_NaN()}) {
      value = bad;
      EXPECT_NE(complaint(options).find("`" + std::string(key) + "`"), std::string::npos) << key;
    }
    value = range.high;
    EXPECT_EQ(complaint(options), "") << key;
    value = before;
  }
};

TEST(AugmentOptions, EveryNumberIsHeldToItsRange) {
  AugmentOptions options;
  EndsTester tester{options};
  visit_fields(options, tester);
  EXPECT_EQ(tester.fields, 14);
}

TEST(AugmentRanges, FollowTheOptions) {
  AugmentOptions options = augment_preset("simclr");
  options.solarize = 0.25;
  options.solarize_threshold = 0.75;
  options.noise = 0.125;
  const AugmentRanges ranges = to_ranges(options);
  EXPECT_TRUE(ranges.crop);
  EXPECT_FLOAT_EQ(ranges.flip, 0.5f);
  EXPECT_FLOAT_EQ(ranges.crop_area.low, 0.08f);
  EXPECT_FLOAT_EQ(ranges.crop_area.high, 1.0f);
  EXPECT_FLOAT_EQ(ranges.crop_log_ratio.low, static_cast<float>(std::log(0.75)));
  EXPECT_FLOAT_EQ(ranges.crop_log_ratio.high, static_cast<float>(-std::log(0.75)));
  for (int i = 0; i < 3; ++i) EXPECT_FLOAT_EQ(ranges.jitter_strength[i], 0.8f);
  EXPECT_FLOAT_EQ(ranges.jitter_strength[3], 0.2f);
  EXPECT_FLOAT_EQ(ranges.jitter, 0.8f);
  EXPECT_FLOAT_EQ(ranges.grayscale, 0.2f);
  EXPECT_FLOAT_EQ(ranges.blur, 0.5f);
  EXPECT_FLOAT_EQ(ranges.blur_sigma.low, 0.1f);
  EXPECT_FLOAT_EQ(ranges.blur_sigma.high, 2.0f);
  EXPECT_FLOAT_EQ(ranges.solarize, 0.25f);
  EXPECT_FLOAT_EQ(ranges.solarize_threshold, 0.75f);
  EXPECT_FLOAT_EQ(ranges.noise, 0.125f);
  EXPECT_FALSE(to_ranges(augment_preset("none")).crop);
}

}  // namespace
}  // namespace stl10
