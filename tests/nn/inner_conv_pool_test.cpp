#include "stl10/nn/inner_conv_pool.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "available_sets.h"
#include "golden.h"
#include "stl10/base/autocast.h"

namespace stl10 {
namespace {

using testing::available_sets;
using testing::relative_distance;
using testing::wave;

struct InnerCase {
  int64_t images, side, inputs, outputs, zeros_behind;
};

const std::vector<InnerCase> kInnerCases = {{2, 25, 128, 128, 1}, {3, 7, 64, 32, 0},
                                            {1, 5, 16, 48, 2},    {2, 12, 48, 16, 1},
                                            {5, 9, 32, 80, 0},    {1, 23, 16, 16, 1}};

struct InnerInput {
  at::Tensor x, weight, bias;

  explicit InnerInput(const InnerCase& c, at::ScalarType type = at::kFloat)
      : x(wave(c.images * c.side * c.side * c.inputs, 0.7, 0)
              .clamp_min(0)
              .reshape({c.images, c.inputs, c.side, c.side})
              .to(type)
              .contiguous(at::MemoryFormat::ChannelsLast)),
        weight((0.1 * wave(c.outputs * c.inputs * 9, 1.3, 1))
                   .reshape({c.outputs, c.inputs, 3, 3})
                   .to(type)
                   .to(at::kFloat)),
        bias((0.1 * wave(c.outputs, 0.9, 2)).to(at::kFloat)) {}
};

/// A map and what flows back where its values have the gradients `wave`.
struct InnerOutcome {
  at::Tensor map, x, weight, bias;
};

template <class Forward>
InnerOutcome inner_outcome(const InnerInput& input, at::ScalarType type, const Forward& forward) {
  const at::Tensor x = input.x.to(type == at::kDouble ? type : input.x.scalar_type());
  const at::Tensor leaf = x.clone().requires_grad_();
  const at::Tensor weight = input.weight.to(type).clone().requires_grad_();
  const at::Tensor bias = input.bias.to(type).clone().requires_grad_();
  const at::Tensor map = forward(leaf, weight, bias);
  // The map's own type, so that rounding its gradient is no difference.
  const at::Tensor gradient = wave(map.numel(), 1.1, 3).to(input.x.scalar_type());
  map.backward(gradient.reshape(map.sizes()).to(map.scalar_type()));
  return {map.detach(), leaf.grad(), weight.grad(), bias.grad()};
}

/// LibTorch's operations, one after the other, in float64.
InnerOutcome inner_reference(const InnerInput& input, int64_t zeros_behind) {
  return inner_outcome(
      input, at::kDouble, [&](const auto& x, const auto& weight, const auto& bias) {
        const at::Tensor map = at::relu(at::max_pool2d(at::conv2d(x, weight, bias, 2), 2));
        return at::constant_pad_nd(map, {0, zeros_behind, 0, zeros_behind});
      });
}

InnerOutcome inner_fused(const InnerInput& input, int64_t zeros_behind, InstructionSet set) {
  return inner_outcome(input, at::kFloat, [&](const auto& x, const auto& weight, const auto& bias) {
    return inner_conv_relu_pool(x, weight, bias, zeros_behind, set);
  });
}

TEST(InnerConvReluPool, EqualsLibTorchsOperationsInFloat64) {
  for (const InnerCase& c : kInnerCases) {
    const InnerInput input(c);
    const InnerOutcome expected = inner_reference(input, c.zeros_behind);
    for (const InstructionSet set : available_sets()) {
      SCOPED_TRACE(std::string(name_of(set)) + ", side " + std::to_string(c.side));
      const InnerOutcome found = inner_fused(input, c.zeros_behind, set);
      ASSERT_EQ(found.map.sizes(), expected.map.sizes());
      EXPECT_TRUE(found.map.is_contiguous(at::MemoryFormat::ChannelsLast));
      EXPECT_LT(relative_distance(found.map, expected.map), 3e-6);
      EXPECT_LT(relative_distance(found.x, expected.x), 3e-6);
      EXPECT_LT(relative_distance(found.weight, expected.weight), 3e-6);
      EXPECT_LT(relative_distance(found.bias, expected.bias), 3e-6);
    }
  }
}

TEST(InnerConvReluPool, InBfloat16ItGoesBackThroughTheMapThatItMade) {
  for (const InnerCase& c : kInnerCases) {
    const InnerInput input(c, at::kBFloat16);
    // Rounding moves the largest of four, so the reference pools what was rounded.
    const auto forward = [&](const at::Tensor& x, const at::Tensor& weight,
                             const at::Tensor& bias) {
      const at::Tensor exact = at::conv2d(x, weight, bias, 2);
      const at::Tensor rounded =
          at::conv2d(input.x, input.weight.to(at::kBFloat16), input.bias.to(at::kBFloat16), 2);
      const at::Tensor convolved = exact + (rounded.to(at::kDouble) - exact).detach();
      const at::Tensor map = at::relu(at::max_pool2d(convolved, 2));
      return at::constant_pad_nd(map, {0, c.zeros_behind, 0, c.zeros_behind});
    };
    const InnerOutcome expected = inner_outcome(input, at::kDouble, forward);
    for (const InstructionSet set : available_sets()) {
      SCOPED_TRACE(std::string(name_of(set)) + ", side " + std::to_string(c.side));
      const InnerOutcome found =
          inner_outcome(input, at::kFloat,
                        [&](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
                          const AutocastGuard guard(at::kCPU, at::kBFloat16);
                          return inner_conv_relu_pool(x, weight, bias, c.zeros_behind, set);
                        });
      EXPECT_EQ(found.map.scalar_type(), at::kBFloat16);
      EXPECT_EQ(found.x.scalar_type(), at::kBFloat16);
      EXPECT_EQ(found.weight.scalar_type(), at::kFloat);
      EXPECT_EQ(relative_distance(found.map, expected.map), 0);
      EXPECT_LT(relative_distance(found.x, expected.x), 0x1p-8);
      EXPECT_LT(relative_distance(found.weight, expected.weight), 3e-6);
      EXPECT_LT(relative_distance(found.bias, expected.bias), 3e-6);
    }
  }
}

TEST(InnerConvReluPool, WhereTheMapIsZeroNothingFlowsBack) {
  const InnerCase c{2, 7, 16, 32, 1};
  InnerInput input(c);
  input.bias.fill_(-100);
  for (const InstructionSet set : available_sets()) {
    const InnerOutcome found = inner_fused(input, c.zeros_behind, set);
    for (const at::Tensor& zeros : {found.map, found.x, found.weight, found.bias}) {
      EXPECT_EQ(zeros.abs().max().item<float>(), 0) << name_of(set);
    }
  }
}

TEST(InnerConvReluPool, OfEqualPlacesTheFirstIsTaken) {
  const InnerCase c{1, 9, 16, 16, 0};
  InnerInput input(c);
  input.x.fill_(0.5);
  const InnerOutcome expected = inner_reference(input, c.zeros_behind);
  for (const InstructionSet set : available_sets()) {
    EXPECT_LT(relative_distance(inner_fused(input, c.zeros_behind, set).x, expected.x), 3e-6);
  }
}

TEST(InnerConvReluPool, ANanIsNotHidden) {
  const InnerCase c{1, 7, 16, 16, 0};
  InnerInput input(c);
  input.weight[3].fill_(std::numeric_limits<float>::quiet_NaN());
  for (const InstructionSet set : available_sets()) {
    const InnerOutcome found = inner_fused(input, c.zeros_behind, set);
    EXPECT_TRUE(found.map.select(1, 3).isnan().all().item<bool>()) << name_of(set);
    EXPECT_TRUE(found.x.isnan().any().item<bool>()) << name_of(set);
  }
}

TEST(InnerConvReluPool, EqualThreadsGiveEqualBitsAndOthersTheSameSums) {
  const InnerCase c{7, 9, 32, 16, 1};
  const InnerInput input(c);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const InnerOutcome one = inner_fused(input, c.zeros_behind, best_instruction_set());
  for (const int threads : {2, 3, 9}) {
    at::set_num_threads(threads);
    const InnerOutcome first = inner_fused(input, c.zeros_behind, best_instruction_set());
    const InnerOutcome second = inner_fused(input, c.zeros_behind, best_instruction_set());
    EXPECT_TRUE(at::equal(first.x, one.x)) << threads;
    EXPECT_TRUE(at::equal(first.weight, second.weight)) << threads;
    EXPECT_LT(relative_distance(first.weight, one.weight), 3e-6) << threads;
    EXPECT_LT(relative_distance(first.bias, one.bias), 3e-6) << threads;
  }
  at::set_num_threads(before);
}

TEST(InnerConvReluPool, UnderAutocastAFloatMapIsConvolvedAndReadAsBfloat16) {
  const InnerInput input({2, 9, 32, 16, 1});
  const AutocastGuard autocast(at::kCPU, at::kBFloat16);
  ASSERT_TRUE(fits_inner_conv_relu_pool(input.x, input.weight, input.bias, 2));
  const at::Tensor x = input.x.detach().requires_grad_(true);
  const at::Tensor y = x.detach().requires_grad_(true);
  const at::Tensor found = inner_conv_relu_pool(x, input.weight, input.bias, 0);
  const at::Tensor expected =
      at::relu(at::max_pool2d(at::conv2d(y, input.weight, input.bias, 2), 2));
  ASSERT_EQ(found.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(at::equal(found, expected));
  found.to(at::kFloat).sum().backward();
  expected.to(at::kFloat).sum().backward();
  EXPECT_EQ(x.grad().scalar_type(), at::kFloat);
  EXPECT_LT(relative_distance(x.grad(), y.grad()), 0.02);
}

TEST(InnerConvReluPool, OtherShapesAreLeftToLibTorch) {
  const InnerInput input({1, 7, 32, 16, 0});
  const auto fits = [&](const at::Tensor& x, const at::Tensor& weight, int64_t stride = 2) {
    return fits_inner_conv_relu_pool(x, weight, input.bias, stride);
  };
  EXPECT_TRUE(fits(input.x, input.weight));
  EXPECT_FALSE(fits(input.x, input.weight, 1));
  EXPECT_FALSE(fits(input.x, input.weight.slice(0, 0, 8)));
  EXPECT_FALSE(fits(input.x, input.weight.slice(2, 0, 2)));
  EXPECT_FALSE(fits(input.x, input.weight.slice(1, 0, 16)));
  EXPECT_FALSE(fits(input.x.slice(2, 0, 4).slice(3, 0, 4).contiguous(), input.weight));
  EXPECT_FALSE(fits(input.x.contiguous(), input.weight));
  EXPECT_FALSE(fits(input.x.to(at::kDouble), input.weight));
  EXPECT_FALSE(fits_inner_conv_relu_pool(input.x, input.weight, {}, 2));
  EXPECT_THROW(inner_conv_relu_pool(input.x.contiguous(), input.weight, input.bias, 0), c10::Error);
}

}  // namespace
}  // namespace stl10
