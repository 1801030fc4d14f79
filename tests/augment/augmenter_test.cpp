#include "stl10/augment/augmenter.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "augment/fixtures.h"
#include "stl10/base/error.h"

namespace stl10 {
namespace {

using testing_augment::random_images;

constexpr int kImages = 24;

class AugmenterTest : public ::testing::Test {
 protected:
  AugmenterTest() : bytes_(random_images(kImages)), all_(kImages) {
    std::iota(all_.begin(), all_.end(), 0);
  }

  at::Tensor views(const std::vector<int64_t>& indices, at::ScalarType type = at::kFloat,
                   const ViewKey& key = {}, const char* preset = "contrastive") const {
    return Augmenter(augment_preset(preset), 5).views(images(), indices, key, at::kCPU, type);
  }
  ImageView images() const { return {bytes_.data(), kImages}; }

  std::vector<uint8_t> bytes_;
  std::vector<int64_t> all_;
};

TEST_F(AugmenterTest, ViewsAreChannelsLastInTheWantedType) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const at::Tensor result = views({3, 1}, type);
    EXPECT_EQ(result.sizes(), at::IntArrayRef({2, 3, 96, 96}));
    EXPECT_EQ(result.scalar_type(), type);
    EXPECT_TRUE(result.is_contiguous(at::MemoryFormat::ChannelsLast));
  }
}

TEST_F(AugmenterTest, PresetNoneIsTheStoredImageOver255ToTheBit) {
  const at::Tensor stored = at::from_blob(bytes_.data(), {kImages, 3, 96, 96}, at::kByte);
  const at::Tensor expected = stored.transpose(2, 3).to(at::kFloat).div(255);
  EXPECT_TRUE(at::equal(views(all_, at::kFloat, {}, "none"), expected));
  EXPECT_TRUE(at::equal(views(all_, at::kBFloat16, {}, "none"), expected.to(at::kBFloat16)));
}

TEST_F(AugmenterTest, ViewsAreWhatTheRendererMakesOfTheDrawnParameters) {
  const ViewKey key{ImageSource::kUnlabeled, 3, 1};
  const at::Tensor result = views({7}, at::kFloat, key).permute({0, 2, 3, 1}).contiguous();
  const ImageParameters image =
      draw_parameters(to_ranges(augment_preset("contrastive")), 5, key, 7);
  const std::vector<float> expected = testing_augment::render(images().image(7), image);
  EXPECT_EQ(
      std::memcmp(expected.data(), result.const_data_ptr<float>(), expected.size() * sizeof(float)),
      0);
}

TEST_F(AugmenterTest, Bfloat16IsTheRoundedFloat) {
  EXPECT_TRUE(at::equal(views(all_, at::kBFloat16), views(all_).to(at::kBFloat16)));
}

TEST_F(AugmenterTest, OrderOfTheBatchDoesNotMatter) {
  std::vector<int64_t> reversed(all_.rbegin(), all_.rend());
  EXPECT_TRUE(at::equal(views(all_).flip(0), views(reversed)));
  EXPECT_TRUE(at::equal(views(all_).slice(0, 5, 6), views({5})));
}

TEST_F(AugmenterTest, NumberOfThreadsDoesNotMatter) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor expected = views(all_);
  for (const int count : {2, 3}) {
    at::set_num_threads(count);
    EXPECT_TRUE(at::equal(views(all_), expected)) << count;
  }
  at::set_num_threads(threads);
}

TEST_F(AugmenterTest, SliceOfABatchIsFilledAndTheRestLeftAlone) {
  const at::Tensor batch =
      at::full({5, 3, 96, 96}, 7.0f).contiguous(at::MemoryFormat::ChannelsLast);
  const Augmenter augmenter(augment_preset("contrastive"), 5);
  const std::vector<int64_t> indices = {4, 2};
  augmenter.views_into(images(), indices, {}, batch.slice(0, 1, 3));
  EXPECT_TRUE(at::equal(batch.slice(0, 1, 3), views(indices)));
  EXPECT_TRUE(batch.slice(0, 0, 1).eq(7).all().item<bool>());
  EXPECT_TRUE(batch.slice(0, 3, 5).eq(7).all().item<bool>());
}

TEST_F(AugmenterTest, EachSourceEpochAndViewIsAnotherView) {
  const std::vector<ViewKey> keys = {{ImageSource::kTrain, 0, 0},     {ImageSource::kTest, 0, 0},
                                     {ImageSource::kUnlabeled, 0, 0}, {ImageSource::kTrain, 1, 0},
                                     {ImageSource::kTrain, 0, 1},     {ImageSource::kTrain, 0, 2}};
  for (size_t a = 0; a < keys.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      EXPECT_FALSE(at::equal(views({0}, at::kFloat, keys[a]), views({0}, at::kFloat, keys[b])));
    }
  }
}

TEST_F(AugmenterTest, EmptyBatchIsEmpty) {
  EXPECT_EQ(views({}).sizes(), at::IntArrayRef({0, 3, 96, 96}));
}

TEST_F(AugmenterTest, WrongIndicesTypesAndTensorsAreRefused) {
  EXPECT_THROW(views({-1}), c10::Error);
  EXPECT_THROW(views({kImages}), c10::Error);
  EXPECT_THROW(views({0}, at::kHalf), c10::Error);
  EXPECT_THROW(views({0}, at::kFloat, {ImageSource::kTrain, 0, 1u << 16}), c10::Error);
  EXPECT_NO_THROW(views({0}, at::kFloat, {ImageSource::kTrain, 0, 0xFFFF}));
  const Augmenter augmenter(augment_preset("none"), 5);
  const std::vector<int64_t> indices = {0};
  const auto into = [&](const at::Tensor& out) {
    augmenter.views_into(images(), indices, {}, out);
  };
  EXPECT_THROW(into(at::empty({1, 3, 96, 96})), c10::Error);  // channels first
  EXPECT_THROW(into(at::empty({2, 3, 96, 96}).contiguous(at::MemoryFormat::ChannelsLast)),
               c10::Error);
  EXPECT_THROW(
      into(at::empty({1, 3, 96, 96}, at::kMeta).contiguous(at::MemoryFormat::ChannelsLast)),
      c10::Error);
}

TEST_F(AugmenterTest, UnsoundOptionsAreRefused) {
  AugmentOptions options;
  options.flip = 2;
  EXPECT_THROW(Augmenter(options, 0), ConfigError);
}

}  // namespace
}  // namespace stl10
