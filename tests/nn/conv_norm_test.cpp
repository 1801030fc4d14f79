#include "stl10/nn/conv_norm.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "available_sets.h"
#include "golden.h"
#include "stl10/nn/layers.h"

namespace stl10 {
namespace {

using testing::available_sets;
using testing::distance;
using testing::wave;

struct ConvNormCase {
  int64_t images, side, channels;
  bool same_padding;
  int64_t zeros_behind;
};

const std::vector<ConvNormCase> kConvNormCases = {{2, 96, 128, true, 1}, {1, 96, 64, false, 0},
                                                  {3, 9, 16, false, 2},  {2, 10, 48, true, 0},
                                                  {5, 13, 80, false, 1}, {70, 12, 32, true, 1}};

/// Images in [0, 1] whose neighbouring pixels are alike, as those of photographs are.
at::Tensor smooth_images(const ConvNormCase& c) {
  const at::Tensor noise = (0.5 + 0.5 * wave(c.images * 3 * c.side * c.side, 1.7, 0))
                               .reshape({c.images, 3, c.side, c.side});
  return at::avg_pool2d(noise, 3, 1, 1).contiguous(at::MemoryFormat::ChannelsLast);
}

struct ConvNormInput {
  at::Tensor x, weight, norm_weight, norm_bias;

  explicit ConvNormInput(const ConvNormCase& c, at::ScalarType type = at::kFloat)
      : x(smooth_images(c).to(type)),
        weight(
            (0.3 * wave(c.channels * 27, 0.7, 0.5)).to(at::kFloat).reshape({c.channels, 3, 3, 3})),
        norm_weight((1 + 0.5 * wave(c.channels, 1.3, 1)).to(at::kFloat)),
        norm_bias((0.4 * wave(c.channels, 0.9, 2)).to(at::kFloat)) {}
};

struct ConvNormOutcome {
  at::Tensor map, weight, norm_weight, norm_bias;
};

template <class Forward>
ConvNormOutcome conv_norm_outcome(const ConvNormInput& input, at::ScalarType type,
                                  const Forward& forward) {
  const at::Tensor weight = input.weight.to(type).clone().requires_grad_();
  const at::Tensor norm_weight = input.norm_weight.to(type).clone().requires_grad_();
  const at::Tensor norm_bias = input.norm_bias.to(type).clone().requires_grad_();
  const at::Tensor map = forward(weight, norm_weight, norm_bias);
  // The map's own type, so that rounding its gradient is no difference; its mean isn't zero.
  const at::Tensor gradient = (0.3 + wave(map.numel(), 1.1, 3)).to(input.x.scalar_type());
  map.backward(gradient.reshape(map.sizes()).to(map.scalar_type()));
  return {map.detach(), weight.grad(), norm_weight.grad(), norm_bias.grad()};
}

/// Statistics that are not x's own, as evaluation mode has them.
ChannelStatistics given_statistics(int64_t channels) {
  return {(0.1 * wave(channels, 0.5, 4)).to(at::kFloat),
          (0.6 + 0.2 * wave(channels, 0.8, 5)).to(at::kFloat)};
}

at::Tensor convolved_images(const at::Tensor& x, const at::Tensor& weight, bool same_padding) {
  const int64_t behind = same_padding ? 1 : 0;
  return at::conv2d(at::constant_pad_nd(x, {0, behind, 0, behind}), weight, {}, 2);
}

/// LibTorch's operations, one after the other, in float64.
ConvNormOutcome conv_norm_reference(const ConvNormInput& input, const ConvNormCase& c,
                                    bool of_batch) {
  const auto forward = [&](const at::Tensor& weight, const at::Tensor& norm_weight,
                           const at::Tensor& norm_bias) {
    const ChannelStatistics given = given_statistics(c.channels);
    const at::Tensor h = convolved_images(input.x.to(at::kDouble), weight, c.same_padding);
    const at::Tensor map = at::batch_norm(h, norm_weight, norm_bias, given.mean.to(at::kDouble),
                                          given.variance.to(at::kDouble), of_batch, 0, 1e-5, false);
    return at::constant_pad_nd(at::relu(map), {0, c.zeros_behind, 0, c.zeros_behind});
  };
  return conv_norm_outcome(input, at::kDouble, forward);
}

ConvNormOutcome conv_norm_fused(const ConvNormInput& input, const ConvNormCase& c,
                                InstructionSet set, bool of_batch = true) {
  const auto forward = [&](const at::Tensor& weight, const at::Tensor& norm_weight,
                           const at::Tensor& norm_bias) {
    const PatchMoments patches = patch_moments(input.x, c.same_padding, set);
    const ChannelStatistics statistics =
        of_batch ? channel_statistics(patches, weight) : given_statistics(c.channels);
    return conv_norm_relu(input.x, weight, norm_weight, norm_bias, statistics, patches,
                          {c.same_padding, of_batch, c.zeros_behind, 1e-5, set});
  };
  return conv_norm_outcome(input, at::kFloat, forward);
}

/// Apart by at most `share` of the largest value.
void expect_alike(const at::Tensor& found, const at::Tensor& expected, double share) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LE(distance(found, expected), share * expected.abs().max().item<double>());
}

TEST(ConvNormRelu, EqualsLibTorchsOperationsInFloat64) {
  for (const ConvNormCase& c : kConvNormCases) {
    const ConvNormInput input(c);
    for (const bool of_batch : {true, false}) {
      const ConvNormOutcome expected = conv_norm_reference(input, c, of_batch);
      for (const InstructionSet set : available_sets()) {
        SCOPED_TRACE(std::string(name_of(set)) + ", side " + std::to_string(c.side) +
                     (of_batch ? ", of the batch" : ", given"));
        const ConvNormOutcome found = conv_norm_fused(input, c, set, of_batch);
        expect_alike(found.map, expected.map, 3e-6);
        expect_alike(found.weight, expected.weight, 3e-6);
        expect_alike(found.norm_weight, expected.norm_weight, 3e-6);
        expect_alike(found.norm_bias, expected.norm_bias, 3e-6);
        EXPECT_TRUE(found.map.is_contiguous(at::MemoryFormat::ChannelsLast));
      }
    }
  }
}

TEST(ConvNormRelu, InBfloat16TheMapAloneIsRounded) {
  for (const ConvNormCase& c : kConvNormCases) {
    const ConvNormInput input(c, at::kBFloat16);
    const ConvNormOutcome expected = conv_norm_reference(input, c, true);
    for (const InstructionSet set : available_sets()) {
      SCOPED_TRACE(std::string(name_of(set)) + ", side " + std::to_string(c.side));
      const ConvNormOutcome found = conv_norm_fused(input, c, set);
      EXPECT_EQ(found.map.scalar_type(), at::kBFloat16);
      expect_alike(found.map, expected.map, 0x1p-8);
      expect_alike(found.weight, expected.weight, 3e-6);
      expect_alike(found.norm_weight, expected.norm_weight, 3e-6);
      expect_alike(found.norm_bias, expected.norm_bias, 3e-6);
    }
  }
}

TEST(ConvNormRelu, StatisticsAreThoseOfTheConvolutionThatIsNeverMade) {
  for (const ConvNormCase& c : kConvNormCases) {
    ConvNormInput input(c);
    // An edge, whose output varies a hundredth of what its taps do.
    input.weight[0] = at::tensor({1.0F, -2.0F, 1.0F}).expand({3, 3, 3});
    const at::Tensor h =
        convolved_images(input.x.to(at::kDouble), input.weight.to(at::kDouble), c.same_padding);
    for (const InstructionSet set : available_sets()) {
      const PatchMoments patches = patch_moments(input.x, c.same_padding, set);
      EXPECT_EQ(patches.count, h.numel() / c.channels);
      const ChannelStatistics found = channel_statistics(patches, input.weight);
      const at::Tensor variance = h.var({0, 2, 3}, /*unbiased=*/false);
      EXPECT_LT(distance(found.mean, h.mean({0, 2, 3})), 1e-6) << c.side;
      EXPECT_LT(distance(found.variance / variance, at::ones({c.channels})), 2e-6) << c.side;
    }
  }
}

TEST(ConvNormRelu, ConstantImagesAreTheBiasAndPassNoGradient) {
  const ConvNormCase c{2, 12, 16, false, 0};
  ConvNormInput input(c);
  input.x.fill_(0.7F);
  for (const InstructionSet set : available_sets()) {
    const ConvNormOutcome found = conv_norm_fused(input, c, set);
    const at::Tensor bias = at::relu(input.norm_bias).reshape({1, 16, 1, 1});
    expect_alike(found.map, bias.expand_as(found.map), 1e-4);
    EXPECT_LT(found.weight.abs().max().item<float>(), 1e-2);
    EXPECT_TRUE(found.norm_weight.isfinite().all().item<bool>());
  }
}

TEST(ConvNormRelu, ANanIsNotHidden) {
  const ConvNormCase c{2, 12, 16, true, 0};
  ConvNormInput input(c);
  input.x[1][2][3][4] = std::numeric_limits<float>::quiet_NaN();
  for (const InstructionSet set : available_sets()) {
    const ConvNormOutcome found = conv_norm_fused(input, c, set);
    EXPECT_TRUE(found.map.isnan().all().item<bool>()) << name_of(set);
    EXPECT_TRUE(found.weight.isnan().all().item<bool>()) << name_of(set);
  }
}

TEST(ConvNormRelu, EqualThreadsGiveEqualBitsAndOthersTheSameSums) {
  const ConvNormCase c{7, 12, 32, true, 1};
  const ConvNormInput input(c);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const ConvNormOutcome one = conv_norm_fused(input, c, best_instruction_set());
  for (const int threads : {2, 3, 50}) {
    at::set_num_threads(threads);
    const ConvNormOutcome first = conv_norm_fused(input, c, best_instruction_set());
    const ConvNormOutcome second = conv_norm_fused(input, c, best_instruction_set());
    EXPECT_TRUE(at::equal(first.map, second.map)) << threads;
    EXPECT_TRUE(at::equal(first.weight, second.weight)) << threads;
    expect_alike(first.map, one.map, 1e-6);
    expect_alike(first.weight, one.weight, 1e-6);
  }
  at::set_num_threads(before);
}

TEST(ConvNormRelu, OtherShapesAreLeftToLibTorch) {
  const ConvNormInput input({2, 12, 16, true, 0});
  const at::Tensor &x = input.x, &w = input.weight;
  EXPECT_TRUE(fits_conv_norm_relu(x, w, {}, 2, true));
  EXPECT_FALSE(fits_conv_norm_relu(x, w, at::zeros({16}), 2, true));
  EXPECT_FALSE(fits_conv_norm_relu(x, w, {}, 1, true));
  EXPECT_FALSE(fits_conv_norm_relu(x, w.slice(0, 0, 8), {}, 2, true));
  EXPECT_FALSE(fits_conv_norm_relu(x, w.slice(2, 0, 2), {}, 2, true));
  EXPECT_FALSE(fits_conv_norm_relu(x.contiguous(), w, {}, 2, true));
  EXPECT_FALSE(fits_conv_norm_relu(x.to(at::kDouble), w, {}, 2, true));
  EXPECT_FALSE(fits_conv_norm_relu(x.slice(2, 0, 10), w, {}, 2, true));
  const at::Tensor odd = x.slice(2, 0, 11).slice(3, 0, 11).contiguous(x.suggest_memory_format());
  EXPECT_TRUE(fits_conv_norm_relu(odd, w, {}, 2, false));
  EXPECT_FALSE(fits_conv_norm_relu(odd, w, {}, 2, true));
  EXPECT_FALSE(fits_conv_norm_relu(x.clone().requires_grad_(), w, {}, 2, true));
  EXPECT_THROW(conv_norm_relu(odd, w, input.norm_weight, input.norm_bias, given_statistics(16), {},
                              {.same_padding = true, .of_batch = false}),
               c10::Error);
}

/// Side by side: the layer in one operation, and the same one after its convolution.
TEST(BatchNorm, ReluOfConvolvedImagesIsThatOfTheMapInBothModesAndSoAreItsStatistics) {
  const ConvNormInput input({4, 20, 16, true, 0});
  BatchNorm fused(16), plain(16);
  for (const bool trains : {true, true, false}) {
    fused->train(trains);
    plain->train(trains);
    const at::Tensor h = convolved_images(input.x, input.weight, true);
    expect_alike(fused->relu_of_convolved(input.x, input.weight, Padding::kSame, 1),
                 plain->relu_of(h, 1), 3e-6);
    expect_alike(fused->running_mean, plain->running_mean, 3e-6);
    expect_alike(fused->running_var, plain->running_var, 3e-6);
  }
}

}  // namespace
}  // namespace stl10
