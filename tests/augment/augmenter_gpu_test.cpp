#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "augment/fixtures.h"
#include "gpu.h"
#include "stl10/augment/augmenter.h"
#include "stl10/augment/plain_images.h"
#include "stl10/base/device_images.h"

namespace stl10 {
namespace {

/// Both devices' views of the same images.
class AugmenterGpu : public testing::GpuTest {
 protected:
  static constexpr int kImages = 96;

  void SetUp() override {
    GpuTest::SetUp();
    if (IsSkipped()) return;
    images_ = {bytes_.data(), kImages};
    on_gpu_ = to_device(images_, gpu_);
    indices_.resize(kImages);
    std::iota(indices_.rbegin(), indices_.rend(), 0);
  }

  /// The greatest difference between the GPU's views and the CPU's.
  double difference(const AugmentOptions& options, const ViewKey& key = {}) const {
    const Augmenter augmenter(options, 21);
    const at::Tensor cpu = augmenter.views(images_, indices_, key, at::kCPU, at::kFloat);
    const at::Tensor gpu = augmenter.views(on_gpu_.view, indices_, key, gpu_, at::kFloat);
    EXPECT_TRUE(gpu.is_contiguous(at::MemoryFormat::ChannelsLast));
    return gpu.cpu().sub(cpu).abs().max().item<double>();
  }

  std::vector<uint8_t> bytes_ = testing_augment::random_images(kImages);
  ImageView images_;
  DeviceImages on_gpu_;
  std::vector<int64_t> indices_;
};

/// A crop's 1e-5, on pixels without any likeness, through three colour steps of up to 1.8 each.
constexpr double kAllSteps = 5e-5;

TEST_F(AugmenterGpu, PresetsAgreeWithTheCpu) {
  for (const std::string& name : augment_preset_names()) {
    for (const uint32_t view : {0u, 1u}) {
      EXPECT_LT(difference(augment_preset(name), {ImageSource::kUnlabeled, 2, view}), kAllSteps)
          << name;
    }
  }
}

TEST_F(AugmenterGpu, NoneIsTheCpusToTheBit) { EXPECT_EQ(difference(augment_preset("none")), 0); }

TEST_F(AugmenterGpu, ViewsOfEverySizeAgreeWithTheCpu) {
  AugmentOptions options = augment_preset("simclr");
  options.noise = 0.05;
  for (const int64_t size : {32, 47, 64, 100, 128, 223, 224}) {
    options.size = size;
    EXPECT_LT(difference(options), kAllSteps) << size;
  }
}

TEST_F(AugmenterGpu, PlainImagesAreTheCpusToTheBit) {
  for (const int64_t size : {64, 96, 128}) {
    for (const int64_t view : {0, 5}) {
      PlainImages cpu({{}, images_}, size), gpu(on_gpu_, size);
      EXPECT_TRUE(at::equal(gpu.views(indices_, at::kFloat, view).cpu(),
                            cpu.views(indices_, at::kFloat, view)))
          << size << " " << view;
    }
  }
}

TEST_F(AugmenterGpu, EachOperationAgreesWithTheCpu) {
  using Change = void (*)(AugmentOptions&);
  const Change changes[] = {[](AugmentOptions& o) { o.flip = 0.5; },
                            [](AugmentOptions& o) { o.crop_scale = {0.01, 1}; },
                            [](AugmentOptions& o) { o.brightness = 1; },
                            [](AugmentOptions& o) { o.contrast = 1; },
                            [](AugmentOptions& o) { o.saturation = 1; },
                            [](AugmentOptions& o) { o.hue = 0.5; },
                            [](AugmentOptions& o) { o.grayscale = 0.5; },
                            [](AugmentOptions& o) { o.blur = 0.5; },
                            [](AugmentOptions& o) { o.solarize = 0.5; },
                            [](AugmentOptions& o) { o.noise = 0.2; }};
  for (size_t i = 0; i < std::size(changes); ++i) {
    AugmentOptions options;
    changes[i](options);
    EXPECT_LT(difference(options), 1e-5) << "operation " << i;
  }
}

TEST_F(AugmenterGpu, Bfloat16IsTheRoundedFloat) {
  const Augmenter augmenter(augment_preset("simclr"), 22);
  const at::Tensor rounded = augmenter.views(on_gpu_.view, indices_, {}, gpu_, at::kBFloat16);
  const at::Tensor exact = augmenter.views(on_gpu_.view, indices_, {}, gpu_, at::kFloat);
  EXPECT_TRUE(at::equal(rounded, exact.to(at::kBFloat16)));
}

TEST_F(AugmenterGpu, SliceOfABatchIsFilledAndTheRestLeftAlone) {
  const Augmenter augmenter(augment_preset("contrastive"), 23);
  const at::Tensor batch = at::full({5, 3, 96, 96}, 7.0f, at::TensorOptions(gpu_))
                               .contiguous(at::MemoryFormat::ChannelsLast);
  const std::vector<int64_t> two = {8, 3};
  augmenter.views_into(on_gpu_.view, two, {}, batch.slice(0, 1, 3));
  EXPECT_TRUE(
      at::equal(batch.slice(0, 1, 3), augmenter.views(on_gpu_.view, two, {}, gpu_, at::kFloat)));
  EXPECT_TRUE(batch.slice(0, 0, 1).eq(7).all().item<bool>());
  EXPECT_TRUE(batch.slice(0, 3, 5).eq(7).all().item<bool>());
}

}  // namespace
}  // namespace stl10
