#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "augment/reference.h"
#include "available_sets.h"
#include "stl10/augment/render_block.h"
#include "stl10/augment/render_cpu.h"
#include "stl10/base/cpu.h"
#include "stl10/base/image.h"

/// What the tests of this room share: images, renderers that give plain vectors, and statistics.
namespace stl10::testing_augment {

using testing::available_sets;

/// `count` stored images of random bytes.
inline std::vector<uint8_t> random_images(int count, uint32_t seed = 1) {
  std::vector<uint8_t> bytes(static_cast<size_t>(count) * kImageBytes);
  Philox random(seed, {Purpose::kToy, 0, 0, 0});
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.bits() >> 24);
  return bytes;
}

/// The rendered picture in the order row, column, channel.
inline std::vector<float> render(const uint8_t* stored, const ImageParameters& image,
                                 InstructionSet set = best_instruction_set()) {
  static const auto space = std::make_unique<RenderSpace>();
  std::vector<float> out(static_cast<size_t>(image.size * image.size * kChannels));
  render_function(set)(stored, image, *space, PixelType::kFloat32, out.data());
  return out;
}

/// A block of one thread that takes its work in order, or backwards.
struct SerialBlock {
  bool backwards = false;

  template <class Function>
  void each(int count, const Function& f) const {
    for (int i = 0; i < count; ++i) f(backwards ? count - 1 - i : i);
  }
  template <class Function>
  float sum(int count, const Function& f) const {
    double total = 0;
    each(count, [&](int i) { total += double{f(i)}; });
    return static_cast<float>(total);
  }
};

/// Where the block's values go, one or two at a time.
struct WriteTo {
  float* out;
  void operator()(int i, float value) const { out[i] = value; }
  void operator()(int i, float a, float b) const {
    out[i] = a;
    out[i + 1] = b;
  }
};

/// The same with the CUDA kernel's program.
inline std::vector<float> render_with_block(const uint8_t* stored, const ImageParameters& image,
                                            bool backwards = false) {
  BlockSpace space;
  space.image = image;
  std::vector<uint32_t> words(kImageBytes / 4);
  std::memcpy(words.data(), stored, kImageBytes);
  std::vector<float> out(static_cast<size_t>(image.size * image.size * kChannels));
  std::vector<float> planes(static_cast<size_t>(BlockPicture<AnySide>::total_values(image.size)));
  render_block(SerialBlock{backwards}, words.data(), space,
               BlockPicture<AnySide>{{image.size}, planes.data()}, WriteTo{out.data()});
  return out;
}

/// The greatest difference of a value from the reference.
inline double distance(const std::vector<float>& picture, const reference::Picture& expected) {
  double worst = 0;
  for (size_t i = 0; i < picture.size(); ++i) {
    const double difference = std::abs(double{picture[i]} - expected.pixels[i / 3][i % 3]);
    worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
  }
  return worst;
}

inline double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(double{a[i]} - b[i]));
  return worst;
}

/// Kolmogorov and Smirnov's distance between samples and a distribution function. For n samples of
/// that distribution it exceeds 2.7 / √n once in a million times.
template <class Distribution>
double ks_distance(std::vector<double> samples, const Distribution& cumulative) {
  std::sort(samples.begin(), samples.end());
  const auto n = static_cast<double>(samples.size());
  double worst = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const double expected = cumulative(samples[i]), rank = static_cast<double>(i);
    worst = std::max({worst, expected - rank / n, (rank + 1) / n - expected});
  }
  return worst;
}

/// The same for the uniform distribution over [low, high].
inline double ks_uniform(const std::vector<double>& samples, double low, double high) {
  return ks_distance(samples,
                     [=](double v) { return std::clamp((v - low) / (high - low), 0., 1.); });
}

}  // namespace stl10::testing_augment
