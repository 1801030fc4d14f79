#pragma once

#include <cmath>
#include <cstdint>

#include "stl10/base/image.h"
#include "stl10/base/philox.h"

/// What is drawn for one image. Written once for CPU and CUDA; no draw depends on another option,
/// so switching an operation off leaves the others' parameters as they were.
namespace stl10 {

/// Which file an image is from: images of different files never share draws.
enum class ImageSource : uint8_t { kTrain, kTest, kUnlabeled };

/// Which augmented view of the images is wanted.
struct ViewKey {
  ImageSource source = ImageSource::kTrain;
  uint32_t epoch = 0;
  /// Below 2^16. An image that comes again in one epoch needs another view number to get other
  /// draws.
  uint32_t view = 0;
};

/// The stream of draws of one purpose for image `index` of a file: the source takes bits 16 to 23
/// of the stream's view number.
STL10_HD StreamId stream_of(Purpose purpose, const ViewKey& key, uint32_t index) {
  const uint32_t view = key.view | (static_cast<uint32_t>(key.source) << 16);
  return {purpose, key.epoch, index, view};
}

/// How an output value is stored.
enum class PixelType : uint8_t { kFloat32, kBfloat16 };

struct Interval {
  float low, high;
};

/// AugmentOptions as plain numbers (see there); `to_ranges` makes it.
struct AugmentRanges {
  int size;
  float flip;
  bool crop;
  Interval crop_area, crop_log_ratio;
  float jitter_strength[4];  ///< by ColorOperation
  float jitter, grayscale, blur;
  Interval blur_sigma;
  float solarize, solarize_threshold, noise;
};

enum class ColorOperation : uint8_t { kBrightness, kContrast, kSaturation, kHue };
inline constexpr int kColorOperations = 4;

/// Taps of the blur on each side of the middle: SimCLR's kernel is a tenth of the side, 9 taps.
inline constexpr int kBlurRadius = 4;

/// All that is done to one image, in this order; the defaults do nothing.
struct ImageParameters {
  int size = kSide;                                        ///< side of the view
  float left = 0, top = 0, width = kSide, height = kSide;  ///< of the crop, in pixels
  bool flip = false;
  int color_count = 0;  ///< colour operations that are done
  ColorOperation color_order[kColorOperations] = {};
  float color_strength[kColorOperations] = {1, 1, 1, 0};  ///< by ColorOperation: factors, turns
  bool grayscale = false;
  bool blur = false;
  float blur_weight[kBlurRadius + 1] = {1};  ///< from the middle tap outwards
  bool solarize = false;
  float solarize_threshold = 0.5f;
  float noise = 0;  ///< standard deviation
  uint64_t noise_seed = 0;
  StreamId noise_stream{};
};

/// Weights of the middle and the `kBlurRadius` outer taps of a Gaussian, which sum to 1 over all
/// taps; sigma in pixels, above 0.
STL10_HD void gaussian_weights(double sigma, float* weight) {
  double value[kBlurRadius + 1], sum = -1;  // the middle tap counts once
  for (int i = 0; i <= kBlurRadius; ++i) {
    value[i] = std::exp(-0.5 * (i / sigma) * (i / sigma));
    sum += 2 * value[i];
  }
  for (int i = 0; i <= kBlurRadius; ++i) weight[i] = static_cast<float>(value[i] / sum);
}

/// Area uniform, aspect ratio log-uniform, position uniform; a crop that would be wider or higher
/// than the image is cut to it (as the Keras reference does).
STL10_HD void draw_crop(const AugmentRanges& ranges, Philox& random, ImageParameters& result) {
  const double area = random.uniform(ranges.crop_area.low, ranges.crop_area.high);
  const double ratio =
      std::exp(double{random.uniform(ranges.crop_log_ratio.low, ranges.crop_log_ratio.high)});
  const double u = random.uniform(), v = random.uniform();
  if (!ranges.crop) return;
  const double width = std::sqrt(area * ratio), height = std::sqrt(area / ratio);
  result.width = static_cast<float>(kSide * (width < 1 ? width : 1));
  result.height = static_cast<float>(kSide * (height < 1 ? height : 1));
  result.left = static_cast<float>(u * (kSide - double{result.width}));
  result.top = static_cast<float>(v * (kSide - double{result.height}));
}

/// Strengths of the four colour operations and one of their 24 orders.
STL10_HD void draw_jitter(const AugmentRanges& ranges, Philox& random, ImageParameters& result) {
  const bool jitter = random.uniform() < ranges.jitter;
  auto rank = static_cast<uint32_t>((uint64_t{random.bits()} * 24) >> 32);
  int order[kColorOperations] = {0, 1, 2, 3};
  for (int i = kColorOperations - 1; i > 0; --i) {
    const auto count = static_cast<uint32_t>(i + 1);
    const int other = order[rank % count];
    order[rank % count] = order[i];
    order[i] = other;
    rank /= count;
  }
  for (const int operation : order) {
    const bool wanted = jitter && ranges.jitter_strength[operation] > 0;
    if (wanted) result.color_order[result.color_count++] = static_cast<ColorOperation>(operation);
  }
  for (int i = 0; i < kColorOperations; ++i) {
    const float middle = static_cast<ColorOperation>(i) == ColorOperation::kHue ? 0.0f : 1.0f;
    const float strength = ranges.jitter_strength[i];
    result.color_strength[i] = random.uniform(middle - strength, middle + strength);
  }
}

/// Draws everything for one image.
STL10_HD ImageParameters draw_parameters(const AugmentRanges& ranges, uint64_t seed,
                                         const ViewKey& key, uint32_t index) {
  ImageParameters result;
  result.size = ranges.size;
  Philox random(seed, stream_of(Purpose::kAugment, key, index));
  result.flip = random.uniform() < ranges.flip;
  draw_crop(ranges, random, result);
  draw_jitter(ranges, random, result);
  result.grayscale = random.uniform() < ranges.grayscale;
  result.blur = random.uniform() < ranges.blur;
  const float sigma = random.uniform(ranges.blur_sigma.low, ranges.blur_sigma.high);
  if (result.blur) gaussian_weights(double{sigma}, result.blur_weight);
  result.solarize = random.uniform() < ranges.solarize;
  result.solarize_threshold = ranges.solarize_threshold;
  result.noise = ranges.noise;
  result.noise_seed = seed;
  result.noise_stream = stream_of(Purpose::kNoise, key, index);
  return result;
}

}  // namespace stl10
