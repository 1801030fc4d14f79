#include "stl10/augment/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "augment/fixtures.h"

namespace stl10 {
namespace {

using namespace testing_augment;

double normal_distribution(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

TEST(Noise, EveryNumberIsNearTheExactQuantile) {
  double worst = 0;
  for (uint32_t half = 0; half < 65536; ++half) {
    worst =
        std::max(worst, std::abs(double{normal_of_half(half)} - reference::quantile_table()[half]));
  }
  EXPECT_LT(worst, 3.1e-4);
  EXPECT_GT(worst, 1e-5);  // else the documented bound is too modest
}

TEST(Noise, NumbersAreSymmetricAndHaveUnitVariance) {
  double sum = 0, squares = 0, fourth = 0;
  for (uint32_t half = 0; half < 65536; ++half) {
    const double z = normal_of_half(half);
    EXPECT_NEAR(z, -double{normal_of_half(65535 - half)}, 1e-5);
    sum += z;
    squares += z * z;
    fourth += z * z * z * z;
  }
  EXPECT_NEAR(sum / 65536, 0, 1e-6);
  EXPECT_NEAR(squares / 65536, 1, 2e-4);
  EXPECT_NEAR(fourth / 65536, 3, 5e-3);
  EXPECT_LT(normal_of_half(65535), 4.33f);
}

TEST(Noise, RoughLogarithmIsExactAtPowersOfTwo) {
  for (int e = -20; e <= 3; ++e) {
    EXPECT_EQ(rough_log2(std::ldexp(1.0f, e)), static_cast<float>(e));
    EXPECT_NEAR(rough_log2(std::ldexp(1.37f, e)), e + std::log2(1.37), 1.2e-4);
  }
}

TEST(Noise, PlacesCoverEveryValueOnce) {
  for (const int side : {32, 47, 64, 96, 100, 224}) {
    std::set<int> seen;
    int within = 0;
    for (int block = 0; block < noise_groups(side) * noise_group_blocks(side); ++block) {
      for (int half = 0; half < kNoiseHalves; ++half) {
        const ValuePlace place = noise_place(block, half, side);
        if (place.y >= side) continue;
        ASSERT_TRUE(place.c >= 0 && place.c < 3 && place.y >= 0 && place.x >= 0 && place.x < side);
        seen.insert((place.c * side + place.y) * side + place.x);
        ++within;
      }
    }
    EXPECT_EQ(seen.size(), static_cast<size_t>(side * side * kChannels)) << side;
    EXPECT_EQ(within, side * side * kChannels) << side;
  }
  EXPECT_EQ(noise_group_blocks(96), 144);
}

/// The noise that gray images show, in standard deviations.
std::vector<double> shown_noise(InstructionSet set, int images) {
  const std::vector<uint8_t> gray(kImageBytes, 128);
  std::vector<double> noise;
  for (int i = 0; i < images; ++i) {
    ImageParameters image;
    image.noise = 0.05f;
    image.noise_seed = 3;
    image.noise_stream = stream_of(Purpose::kNoise, {}, static_cast<uint32_t>(i));
    for (const float value : render(gray.data(), image, set)) {
      noise.push_back((double{value} - 128 / 255.0) / 0.05);
    }
  }
  return noise;
}

TEST(Noise, EveryValueHasTheNumberOfItsPlaceInTheStream) {
  const StreamId stream = stream_of(Purpose::kNoise, {}, 0);
  for (const InstructionSet set : available_sets()) {
    const std::vector<double> noise = shown_noise(set, 1);  // row, column, channel
    for (int block = 0; block < noise_groups(kSide) * noise_group_blocks(kSide); ++block) {
      const PhiloxBlock words = stream_block(3, stream, static_cast<uint32_t>(block));
      for (int half = 0; half < kNoiseHalves; ++half) {
        const ValuePlace at = noise_place(block, half, kSide);
        const auto place = static_cast<size_t>((at.y * kSide + at.x) * kChannels + at.c);
        ASSERT_NEAR(noise[place], double{normal_of_half(noise_half(words, half))}, 1e-4)
            << name_of(set) << ", block " << block << ", half " << half;
      }
    }
  }
}

TEST(Noise, OnAnImageIsNormal) {
  for (const InstructionSet set : available_sets()) {
    const std::vector<double> noise = shown_noise(set, 10);
    const auto n = static_cast<double>(noise.size());
    double sum = 0, squares = 0;
    for (const double z : noise) {
      sum += z;
      squares += z * z;
    }
    EXPECT_LT(std::abs(sum / n), 4.5 / std::sqrt(n));
    EXPECT_LT(std::abs(squares / n - 1), 4.5 * std::sqrt(2 / n));
    EXPECT_LT(ks_distance(noise, normal_distribution), 2.7 / std::sqrt(n));
  }
}

TEST(Noise, NeighboursAndChannelsAreUncorrelated) {
  const std::vector<double> noise = shown_noise(best_instruction_set(), 10);
  for (const size_t lag :
       {size_t{1}, size_t{2}, size_t{3}, size_t{288}, size_t{144}, size_t{1152}}) {
    double product = 0;
    for (size_t i = lag; i < noise.size(); ++i) product += noise[i] * noise[i - lag];
    const auto n = static_cast<double>(noise.size() - lag);
    EXPECT_LT(std::abs(product / n), 4.5 / std::sqrt(n)) << "lag " << lag;
  }
}

}  // namespace
}  // namespace stl10
