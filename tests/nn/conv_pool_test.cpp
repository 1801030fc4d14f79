#include "stl10/nn/conv_pool.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "available_sets.h"
#include "golden.h"

namespace stl10 {
namespace {

using testing::available_sets;
using testing::distance;
using testing::relative_distance;
using testing::wave;

struct Case {
  int64_t images, side, channels;
  bool same_padding;
  int64_t zeros_behind;
};

/// A map and what flows back to weight and bias where its values have the gradients `wave`.
struct Outcome {
  at::Tensor map, weight_gradient, bias_gradient;
};

struct Input {
  at::Tensor x, weight, bias;

  explicit Input(const Case& c, at::ScalarType type = at::kFloat)
      : x((0.5 + 0.5 * wave(c.images * c.side * c.side * 3, 0.7, 0))
              .reshape({c.images, 3, c.side, c.side})
              .to(type)
              .contiguous(at::MemoryFormat::ChannelsLast)),
        weight((0.3 * wave(c.channels * 27, 1.3, 1)).reshape({c.channels, 3, 3, 3}).to(at::kFloat)),
        bias((0.1 * wave(c.channels, 0.9, 2)).to(at::kFloat)) {}
};

template <class Forward>
Outcome outcome_of(const Input& input, at::ScalarType type, const Forward& forward) {
  const at::Tensor weight = input.weight.to(type).clone().requires_grad_();
  const at::Tensor bias = input.bias.to(type).clone().requires_grad_();
  const at::Tensor map = forward(weight, bias);
  // The map's own type, so that rounding its gradient is no difference.
  const at::Tensor gradient = wave(map.numel(), 1.1, 3).to(input.x.scalar_type());
  (map * gradient.reshape(map.sizes()).to(map.scalar_type())).sum().backward();
  return {map.detach(), weight.grad(), bias.grad()};
}

/// LibTorch's operations, one after the other, in float64.
Outcome reference(const Input& input, const Case& c) {
  return outcome_of(input, at::kDouble, [&](const at::Tensor& weight, const at::Tensor& bias) {
    const at::Tensor x = input.x.to(at::kDouble);
    const at::Tensor padded = c.same_padding ? at::constant_pad_nd(x, {0, 1, 0, 1}) : x;
    const at::Tensor map = at::relu(at::max_pool2d(at::conv2d(padded, weight, bias, 2), 2));
    return at::constant_pad_nd(map, {0, c.zeros_behind, 0, c.zeros_behind});
  });
}

Outcome fused(const Input& input, const Case& c, InstructionSet set) {
  return outcome_of(input, at::kFloat, [&](const at::Tensor& weight, const at::Tensor& bias) {
    return conv_pool(input.x, weight, bias,
                     {.same_padding = c.same_padding, .zeros_behind = c.zeros_behind, .set = set});
  });
}

const std::vector<Case> kCases = {{2, 96, 128, true, 1}, {1, 96, 16, false, 0},
                                  {3, 6, 48, true, 2},   {1, 5, 16, false, 1},
                                  {2, 22, 64, true, 0},  {5, 34, 80, true, 1}};

TEST(ConvPool, EqualsLibTorchsOperationsInFloat64) {
  for (const Case& c : kCases) {
    const Input input(c);
    const Outcome expected = reference(input, c);
    for (const InstructionSet set : available_sets()) {
      SCOPED_TRACE(std::string(name_of(set)) + ", side " + std::to_string(c.side));
      const Outcome found = fused(input, c, set);
      ASSERT_EQ(found.map.sizes(), expected.map.sizes());
      EXPECT_TRUE(found.map.is_contiguous(at::MemoryFormat::ChannelsLast));
      EXPECT_LT(distance(found.map, expected.map), 3e-6);
      EXPECT_LT(relative_distance(found.weight_gradient, expected.weight_gradient), 3e-6);
      EXPECT_LT(relative_distance(found.bias_gradient, expected.bias_gradient), 3e-6);
    }
  }
}

/// As batch normalization takes it: neither bias nor ReLU.
TEST(ConvPool, WithoutReluEqualsLibTorchsOperationsInFloat64) {
  for (const Case& c : {kCases[0], kCases[1], kCases[4]}) {
    const Input input(c);
    const auto outcome = [&](at::ScalarType type, const auto& forward) {
      const at::Tensor weight = input.weight.to(type).clone().requires_grad_();
      const at::Tensor map = forward(weight);
      map.backward(wave(map.numel(), 1.1, 3).to(type).reshape(map.sizes()));
      return std::pair(map.detach(), weight.grad());
    };
    const auto [expected, expected_gradient] = outcome(at::kDouble, [&](const at::Tensor& weight) {
      const at::Tensor x = input.x.to(at::kDouble);
      const at::Tensor padded = c.same_padding ? at::constant_pad_nd(x, {0, 1, 0, 1}) : x;
      return at::max_pool2d(at::conv2d(padded, weight, {}, 2), 2);
    });
    EXPECT_LT(expected.min().item<double>(), -0.1);
    for (const InstructionSet set : available_sets()) {
      const auto [map, gradient] = outcome(at::kFloat, [&](const at::Tensor& weight) {
        return conv_pool(input.x, weight, {},
                         {.same_padding = c.same_padding, .relu = false, .set = set});
      });
      EXPECT_LT(distance(map, expected), 2e-6) << name_of(set);
      EXPECT_LT(relative_distance(gradient, expected_gradient), 1e-5) << name_of(set);
    }
  }
}

TEST(ConvPool, InBfloat16TheMapAloneIsRounded) {
  for (const Case& c : kCases) {
    const Input input(c, at::kBFloat16);
    const Outcome expected = reference(input, c);
    for (const InstructionSet set : available_sets()) {
      SCOPED_TRACE(std::string(name_of(set)) + ", side " + std::to_string(c.side));
      const Outcome found = fused(input, c, set);
      EXPECT_EQ(found.map.scalar_type(), at::kBFloat16);
      EXPECT_LT(relative_distance(found.map, expected.map), 0x1p-8);
      EXPECT_TRUE(at::equal(found.map, found.map.to(at::kFloat).to(at::kBFloat16)));
      EXPECT_LT(relative_distance(found.weight_gradient, expected.weight_gradient), 3e-6);
    }
  }
}

TEST(ConvPool, OfEqualPlacesTheFirstIsTaken) {
  const Case c{1, 6, 16, true, 0};
  Input input(c);
  // The one tap with a weight sees the same everywhere, the others don't.
  input.x.select(1, 0).slice(1, 0, 6, 2).slice(2, 0, 6, 2).fill_(0.5);
  input.weight.zero_();
  input.weight.select(1, 0).select(1, 0).select(1, 0).fill_(1);
  const Outcome expected = reference(input, c);
  for (const InstructionSet set : available_sets()) {
    const Outcome found = fused(input, c, set);
    EXPECT_LT(distance(found.weight_gradient, expected.weight_gradient), 1e-6) << name_of(set);
  }
}

TEST(ConvPool, WhereTheMapIsZeroNothingFlowsBack) {
  const Case c{2, 22, 32, true, 1};
  Input input(c);
  input.bias.fill_(-100);
  for (const InstructionSet set : available_sets()) {
    const Outcome found = fused(input, c, set);
    EXPECT_EQ(found.map.abs().max().item<float>(), 0);
    EXPECT_EQ(found.weight_gradient.abs().max().item<float>(), 0);
    EXPECT_EQ(found.bias_gradient.abs().max().item<float>(), 0);
  }
}

TEST(ConvPool, ANanIsNotHidden) {
  const Case c{1, 6, 16, true, 0};
  Input input(c);
  input.weight[3].fill_(std::numeric_limits<float>::quiet_NaN());
  for (const InstructionSet set : available_sets()) {
    const at::Tensor map = fused(input, c, set).map;
    EXPECT_TRUE(map.select(1, 3).isnan().all().item<bool>()) << name_of(set);
    EXPECT_FALSE(map.select(1, 4).isnan().any().item<bool>()) << name_of(set);
  }
}

TEST(ConvPool, EqualThreadsGiveEqualBitsAndOthersTheSameSums) {
  const Case c{7, 34, 32, true, 1};
  const Input input(c);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const Outcome one = fused(input, c, best_instruction_set());
  for (const int threads : {2, 3, 9}) {
    at::set_num_threads(threads);
    const Outcome first = fused(input, c, best_instruction_set());
    const Outcome second = fused(input, c, best_instruction_set());
    EXPECT_TRUE(at::equal(first.map, one.map));
    EXPECT_TRUE(at::equal(first.weight_gradient, second.weight_gradient)) << threads;
    EXPECT_LT(relative_distance(first.weight_gradient, one.weight_gradient), 3e-6) << threads;
    EXPECT_LT(relative_distance(first.bias_gradient, one.bias_gradient), 3e-6) << threads;
  }
  at::set_num_threads(before);
}

TEST(ConvPool, OtherShapesAreLeftToLibTorch) {
  const Case c{1, 6, 16, true, 0};
  const Input input(c);
  const auto fits = [&](const at::Tensor& x, const at::Tensor& weight, int64_t stride = 2,
                        bool same_padding = true) {
    return fits_conv_pool(x, weight, stride, {.same_padding = same_padding});
  };
  EXPECT_TRUE(fits(input.x, input.weight));
  EXPECT_FALSE(fits(input.x, input.weight, 1));
  EXPECT_FALSE(fits(input.x, input.weight.slice(0, 0, 8)));
  EXPECT_FALSE(fits(input.x, input.weight.slice(2, 0, 2)));
  EXPECT_FALSE(fits(input.x.slice(1, 0, 1), input.weight));
  EXPECT_FALSE(fits(input.x.contiguous(), input.weight));
  EXPECT_FALSE(fits(input.x.to(at::kDouble), input.weight));
  EXPECT_FALSE(fits(input.x.clone().requires_grad_(), input.weight));
  const at::Tensor odd = Input({1, 7, 16, true, 0}).x;
  EXPECT_FALSE(fits(odd, input.weight));
  EXPECT_TRUE(fits(odd, input.weight, 2, /*same_padding=*/false));
  EXPECT_THROW(conv_pool(odd, input.weight, input.bias, {}), c10::Error);
}

}  // namespace
}  // namespace stl10
