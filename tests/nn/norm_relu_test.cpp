#include "stl10/nn/norm_relu.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
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

struct NormCase {
  int64_t images, channels, rows, columns, zeros_behind;
  double mean = 0.3;  ///< of x, whose deviation is 0.7
};

const std::vector<NormCase> kNormCases = {{3, 128, 9, 9, 0},      {2, 16, 1, 2, 1},
                                          {2, 48, 5, 7, 2},       {5, 80, 1, 1, 0},
                                          {2, 64, 24, 24, 1, 30}, {50, 16, 3, 3, 1}};

/// A map and what flows back where its values have the gradients `wave`.
struct NormOutcome {
  at::Tensor y, x, weight, bias;
};

struct NormInput {
  at::Tensor x, weight, bias;

  explicit NormInput(const NormCase& c, at::ScalarType type = at::kFloat)
      : x((c.mean + wave(c.images * c.channels * c.rows * c.columns, 0.7, 0))
              .reshape({c.images, c.channels, c.rows, c.columns})
              .to(type)
              .contiguous(at::MemoryFormat::ChannelsLast)),
        weight((1 + 0.5 * wave(c.channels, 1.3, 1)).to(at::kFloat)),
        bias((0.4 * wave(c.channels, 0.9, 2)).to(at::kFloat)) {}
};

template <class Forward>
NormOutcome norm_outcome(const NormInput& input, at::ScalarType type, const Forward& forward) {
  const at::Tensor x = input.x.to(type == at::kDouble ? type : input.x.scalar_type());
  const at::Tensor leaf = x.clone().requires_grad_();
  const at::Tensor weight = input.weight.to(type).clone().requires_grad_();
  const at::Tensor bias = input.bias.to(type).clone().requires_grad_();
  const at::Tensor y = forward(leaf, weight, bias);
  // The map's own type, so that rounding its gradient is no difference.
  const at::Tensor gradient = wave(y.numel(), 1.1, 3).to(input.x.scalar_type());
  y.backward(gradient.reshape(y.sizes()).to(y.scalar_type()));
  return {y.detach(), leaf.grad(), weight.grad(), bias.grad()};
}

/// Statistics that are not x's own, as evaluation mode has them.
ChannelStatistics other_statistics(int64_t channels) {
  return {(0.1 * wave(channels, 0.5, 4)).to(at::kFloat),
          (0.6 + 0.2 * wave(channels, 0.8, 5)).to(at::kFloat)};
}

/// LibTorch's operations, one after the other, in float64.
NormOutcome norm_reference(const NormInput& input, const NormCase& c, bool of_batch) {
  const auto forward = [&](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    const ChannelStatistics given = other_statistics(c.channels);
    const at::Tensor map = at::batch_norm(x, weight, bias, given.mean.to(at::kDouble),
                                          given.variance.to(at::kDouble), of_batch, 0, 1e-5, false);
    return at::constant_pad_nd(at::relu(map), {0, c.zeros_behind, 0, c.zeros_behind});
  };
  return norm_outcome(input, at::kDouble, forward);
}

NormOutcome norm_fused(const NormInput& input, const NormCase& c, InstructionSet set,
                       bool of_batch = true) {
  const auto forward = [&](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    const ChannelStatistics statistics =
        of_batch ? channel_statistics(x, set) : other_statistics(c.channels);
    return norm_relu(x, weight, bias, statistics, {of_batch, c.zeros_behind, 1e-5, set});
  };
  return norm_outcome(input, at::kFloat, forward);
}

/// Apart by at most `share` of the largest value.
void expect_near(const at::Tensor& found, const at::Tensor& expected, double share) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LE(distance(found, expected), share * expected.abs().max().item<double>());
}

TEST(NormRelu, EqualsLibTorchsOperationsInFloat64) {
  for (const NormCase& c : kNormCases) {
    const NormInput input(c);
    for (const bool of_batch : {true, false}) {
      const NormOutcome expected = norm_reference(input, c, of_batch);
      for (const InstructionSet set : available_sets()) {
        SCOPED_TRACE(std::string(name_of(set)) + ", columns " + std::to_string(c.columns) +
                     (of_batch ? ", of the batch" : ", given"));
        const NormOutcome found = norm_fused(input, c, set, of_batch);
        // What x is rounded to is its mean's unit, of the deviation 40 times as much.
        const double rounding = c.mean > 1 ? 40 : 1;
        expect_near(found.y, expected.y, rounding * 2e-6);
        expect_near(found.x, expected.x, rounding * 2e-6);
        expect_near(found.weight, expected.weight, rounding * 2e-6);
        expect_near(found.bias, expected.bias, rounding * 2e-6);
        EXPECT_TRUE(found.y.is_contiguous(at::MemoryFormat::ChannelsLast));
      }
    }
  }
}

TEST(NormRelu, InBfloat16MapAndGradientAloneAreRounded) {
  for (const NormCase& c : kNormCases) {
    const NormInput input(c, at::kBFloat16);
    const NormOutcome expected = norm_reference(input, c, true);
    for (const InstructionSet set : available_sets()) {
      SCOPED_TRACE(std::string(name_of(set)) + ", columns " + std::to_string(c.columns));
      const NormOutcome found = norm_fused(input, c, set);
      EXPECT_EQ(found.y.scalar_type(), at::kBFloat16);
      EXPECT_EQ(found.x.scalar_type(), at::kBFloat16);
      expect_near(found.y, expected.y, 0x1p-8);
      expect_near(found.x, expected.x, 0x1p-8);
      expect_near(found.weight, expected.weight, 1e-5);
      expect_near(found.bias, expected.bias, 1e-5);
    }
  }
}

/// As a residual block ends.
TEST(NormRelu, OfASumEqualsLibTorchsOperationsInFloat64) {
  for (const NormCase& c : kNormCases) {
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      const NormInput input(c, type);
      const at::Tensor added = wave(input.x.numel(), 0.4, 5)
                                   .to(type)
                                   .reshape(input.x.sizes())
                                   .contiguous(at::MemoryFormat::ChannelsLast);
      at::Tensor gradient;
      const auto with = [&](at::ScalarType of, const auto& forward) {
        const at::Tensor leaf = added.to(of == at::kDouble ? of : type).clone().requires_grad_();
        const NormOutcome outcome = norm_outcome(
            input, of, [&](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
              return forward(x, weight, bias, leaf);
            });
        gradient = leaf.grad();
        return outcome;
      };
      const NormOutcome expected = with(
          at::kDouble, [](const auto& x, const auto& weight, const auto& bias, const auto& sum) {
            return at::relu(at::batch_norm(x, weight, bias, {}, {}, true, 0, 1e-5, false) + sum);
          });
      const at::Tensor expected_gradient = gradient;
      for (const InstructionSet set : available_sets()) {
        SCOPED_TRACE(std::string(name_of(set)) + ", columns " + std::to_string(c.columns));
        const NormOutcome found = with(
            at::kFloat, [&](const auto& x, const auto& weight, const auto& bias, const auto& sum) {
              return norm_relu(x, weight, bias, channel_statistics(x, set), {.set = set}, sum);
            });
        const double share = type == at::kFloat ? (c.mean > 1 ? 1e-4 : 3e-6) : 0x1p-7;
        expect_near(found.y, expected.y, share);
        expect_near(found.x, expected.x, share);
        expect_near(found.weight, expected.weight, share);
        expect_near(found.bias, expected.bias, share);
        expect_near(gradient, expected_gradient, share);
      }
    }
  }
}

TEST(NormRelu, StatisticsAreThoseOfFloat64FarFromZeroToo) {
  for (const double mean : {0.0, 30.0, -1000.0}) {
    const NormInput input({4, 32, 17, 5, 0, mean});
    const at::Tensor x = input.x.to(at::kDouble);
    for (const InstructionSet set : available_sets()) {
      const ChannelStatistics found = channel_statistics(input.x, set);
      EXPECT_LT(distance(found.mean, x.mean({0, 2, 3})), 1e-6 * (1 + std::abs(mean)));
      expect_near(found.variance, x.var({0, 2, 3}, false), 1e-5);
    }
  }
}

TEST(NormRelu, ConstantChannelsAreTheirBiasAndPassNoGradient) {
  const NormCase c{2, 16, 3, 3, 0};
  NormInput input(c);
  input.x.fill_(0.1F);
  for (const InstructionSet set : available_sets()) {
    EXPECT_EQ(channel_statistics(input.x, set).variance.abs().max().item<float>(), 0);
    const NormOutcome found = norm_fused(input, c, set);
    expect_near(found.y, at::relu(input.bias).reshape({1, 16, 1, 1}).expand_as(found.y), 1e-6);
    EXPECT_TRUE(found.x.isfinite().all().item<bool>());
  }
}

TEST(NormRelu, ANanIsNotHidden) {
  const NormCase c{2, 32, 3, 4, 1};
  NormInput input(c);
  input.x[1][3][2][1] = std::numeric_limits<float>::quiet_NaN();
  for (const InstructionSet set : available_sets()) {
    const at::Tensor y = norm_fused(input, c, set).y.slice(2, 0, 3).slice(3, 0, 4);
    EXPECT_TRUE(y.select(1, 3).isnan().all().item<bool>()) << name_of(set);
    EXPECT_FALSE(y.select(1, 4).isnan().any().item<bool>()) << name_of(set);
  }
}

TEST(NormRelu, EqualThreadsGiveEqualBitsAndOthersTheSameSums) {
  const NormCase c{7, 32, 5, 6, 1};
  const NormInput input(c);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const NormOutcome one = norm_fused(input, c, best_instruction_set());
  for (const int threads : {2, 3, 50}) {
    at::set_num_threads(threads);
    const NormOutcome first = norm_fused(input, c, best_instruction_set());
    const NormOutcome second = norm_fused(input, c, best_instruction_set());
    EXPECT_TRUE(at::equal(first.y, second.y)) << threads;
    EXPECT_TRUE(at::equal(first.x, second.x)) << threads;
    expect_near(first.y, one.y, 1e-6);
    expect_near(first.x, one.x, 1e-6);
    expect_near(first.weight, one.weight, 1e-6);
  }
  at::set_num_threads(before);
}

TEST(NormRelu, OtherMapsAreLeftToLibTorch) {
  const at::Tensor x = NormInput({2, 16, 3, 3, 0}).x;
  EXPECT_TRUE(fits_norm_relu(x));
  EXPECT_FALSE(fits_norm_relu(x.contiguous()));
  EXPECT_FALSE(fits_norm_relu(x.slice(1, 0, 8)));
  EXPECT_FALSE(fits_norm_relu(x.to(at::kDouble)));
  EXPECT_FALSE(fits_norm_relu(x.flatten(1)));
  EXPECT_THROW(channel_statistics(x.contiguous()), c10::Error);
}

/// Side by side: a layer whose maps `norm_relu` takes, and the same one through LibTorch.
TEST(BatchNorm, ReluOfAMapIsThatOfForwardInBothModesAndSoAreItsStatistics) {
  const at::Tensor x = NormInput({4, 16, 5, 5, 0}).x;
  BatchNorm fused(16), plain(16);
  for (const bool trains : {true, true, false}) {
    fused->train(trains);
    plain->train(trains);
    const at::Tensor expected = at::constant_pad_nd(at::relu(plain(x)), {0, 1, 0, 1});
    expect_near(fused->relu_of(x, 1), expected, 1e-6);
    expect_near(fused->running_mean, plain->running_mean, 1e-6);
    expect_near(fused->running_var, plain->running_var, 1e-6);
  }
  expect_near(plain->relu_of(x.contiguous(), 1), fused->relu_of(x, 1), 1e-6);
}

}  // namespace
}  // namespace stl10
