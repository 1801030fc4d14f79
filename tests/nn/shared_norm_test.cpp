// Batch normalization of a batch that processes share, in every path, against one process's.
#include "stl10/nn/shared_norm.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "golden.h"
#include "meeting.h"
#include "stl10/nn/layers.h"

namespace stl10 {
namespace {

using testing::distance;
using testing::wave;

constexpr int64_t kBatch = 7;

struct SharedNormCase {
  std::string name;
  std::vector<int64_t> shape;  ///< of an image, or of a row
  at::ScalarType type;
  double tolerance;  ///< as a share of the largest value
  /// What the layer makes of x.
  std::function<at::Tensor(BatchNorm&, const at::Tensor& x)> forward;
};

const std::vector<SharedNormCase>& shared_norm_cases() {
  const auto plain = [](BatchNorm& norm, const at::Tensor& x) { return norm(x); };
  const auto relu = [](BatchNorm& norm, const at::Tensor& x) { return norm->relu_of(x, 1); };
  const auto sum = [](BatchNorm& norm, const at::Tensor& x) {
    return norm->relu_of_sum(x, 0.3 * x.detach());
  };
  static const std::vector<SharedNormCase> cases = {
      {"RowsInDouble", {5}, at::kDouble, 1e-12, plain},
      {"RowsInFloat", {5}, at::kFloat, 3e-6, plain},
      {"MapsInDouble", {3, 4, 2}, at::kDouble, 1e-12, plain},
      {"FusedWithZerosBehind", {16, 3, 3}, at::kFloat, 3e-6, relu},
      {"FusedInBfloat16", {32, 2, 3}, at::kBFloat16, 1e-2, relu},
      {"FusedSum", {16, 3, 3}, at::kFloat, 3e-6, sum},
      {"UnfusedSum", {5, 3, 3}, at::kFloat, 3e-6, sum},
  };
  return cases;
}

struct SharedNormOutcome {
  at::Tensor y, x, weight, bias, mean, variance;
};

/// x is this process's part; gradients of weight and bias are those of all.
SharedNormOutcome outcome_of(const SharedNormCase& c, const Group& group) {
  std::vector<int64_t> shape = c.shape;
  shape.insert(shape.begin(), kBatch);
  int64_t values = 1;
  for (const int64_t side : shape) values *= side;
  const auto [first, last] = group.part_of(kBatch);
  at::Tensor x = (0.4 + wave(values, 0.7, 0)).reshape(shape).slice(0, first, last).to(c.type);
  if (x.dim() == 4) x = x.contiguous(at::MemoryFormat::ChannelsLast);
  x = x.clone().requires_grad_();
  BatchNorm norm(shape[1]);
  {
    const at::NoGradGuard no_grad;
    norm->weight.copy_(1 + 0.5 * wave(shape[1], 1.3, 1));
    norm->bias.copy_(0.4 * wave(shape[1], 0.9, 2));
  }
  if (c.type == at::kDouble) norm->to(at::kDouble);
  share_statistics(*norm, group);
  const at::Tensor y = c.forward(norm, x);
  std::vector<int64_t> whole = y.sizes().vec();
  whole[0] = kBatch;
  int64_t y_values = 1;
  for (const int64_t side : whole) y_values *= side;
  const at::Tensor weights = wave(y_values, 1.1, 3).reshape(whole).slice(0, first, last);
  (y.to(at::kDouble) * weights).sum().backward();
  return {y.detach(),
          x.grad(),
          group.sum(norm->weight.grad()),
          group.sum(norm->bias.grad()),
          norm->running_mean,
          norm->running_var};
}

class SharedNorms : public ::testing::TestWithParam<SharedNormCase> {};

TEST_P(SharedNorms, EverythingIsAsInOneProcess) {
  const SharedNormCase& c = GetParam();
  const SharedNormOutcome one = outcome_of(c, {});
  const auto expect_near = [&](const at::Tensor& found, const at::Tensor& expected) {
    ASSERT_EQ(found.sizes(), expected.sizes());
    if (found.numel() == 0) return;
    EXPECT_LE(distance(found, expected),
              c.tolerance * expected.to(at::kDouble).abs().max().item<double>());
  };
  for (const int64_t size : {1, 2, 3, 9}) {
    SCOPED_TRACE(size);
    testing::in_group(size, [&](const Group& group) {
      const SharedNormOutcome several = outcome_of(c, group);
      const auto [first, last] = group.part_of(kBatch);
      expect_near(several.y, one.y.slice(0, first, last));
      expect_near(several.x, one.x.slice(0, first, last));
      expect_near(several.weight, one.weight);
      expect_near(several.bias, one.bias);
      expect_near(several.mean, one.mean);
      expect_near(several.variance, one.variance);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(All, SharedNorms, ::testing::ValuesIn(shared_norm_cases()),
                         [](const auto& one) { return one.param.name; });

TEST(SharedNorm, TheFusedFirstLayersGradientsAddUpToOneProcesss) {
  struct FirstLayer {
    at::Tensor y, conv, weight, bias, variance;
  };
  const auto outcome = [](const Group& group) {
    const auto [first, last] = group.part_of(kBatch);
    const at::Tensor x = (0.5 + 0.5 * wave(kBatch * 3 * 12 * 12, 0.7, 0))
                             .reshape({kBatch, 3, 12, 12})
                             .slice(0, first, last)
                             .to(at::kFloat)
                             .contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor conv = (0.2 * wave(16 * 27, 0.9, 1))
                                .reshape({16, 3, 3, 3})
                                .to(at::kFloat)
                                .contiguous(at::MemoryFormat::ChannelsLast)
                                .requires_grad_();
    EXPECT_TRUE(fits_conv_norm_relu(x, conv, {}, 2, /*same_padding=*/true)) << x.sizes();
    BatchNorm norm(16);
    share_statistics(*norm, group);
    const at::Tensor y = norm->relu_of_convolved(x, conv, Padding::kSame, 1);
    const at::Tensor weights = wave(kBatch * 16 * 49, 1.1, 3).reshape({kBatch, 16, 7, 7});
    (y * weights.slice(0, first, last)).sum().backward();
    return FirstLayer{y.detach(), group.sum(conv.grad()), group.sum(norm->weight.grad()),
                      group.sum(norm->bias.grad()), norm->running_var};
  };
  const FirstLayer one = outcome({});
  for (const int64_t size : {2, 3, 9}) {
    testing::in_group(size, [&](const Group& group) {
      const FirstLayer several = outcome(group);
      const auto [first, last] = group.part_of(kBatch);
      EXPECT_LT(distance(several.y, one.y.slice(0, first, last)), 1e-5);
      EXPECT_LT(testing::relative_distance(several.conv, one.conv), 1e-5) << size;
      EXPECT_LT(testing::relative_distance(several.weight, one.weight), 1e-5) << size;
      EXPECT_LT(testing::relative_distance(several.bias, one.bias), 1e-5) << size;
      EXPECT_LT(distance(several.variance, one.variance), 1e-6) << size;
    });
  }
}

TEST(SharedNorm, ASingleValueOfAllProcessesIsRefused) {
  testing::in_group(2, [](const Group& group) {
    BatchNorm norm(3);
    share_statistics(*norm, group);
    const int64_t rows = group.leads() ? 1 : 0;
    EXPECT_THROW(norm(at::ones({rows, 3})), c10::Error);
    EXPECT_NO_THROW(norm(at::ones({1, 3})));
  });
}

}  // namespace
}  // namespace stl10
