#include "stl10/train/update_rules.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <tuple>

#include "golden.h"
#include "stl10/train/optimizer.h"

namespace stl10 {
namespace {

at::Tensor matrix(int64_t rows, int64_t columns, double frequency, double phase) {
  return testing::wave(rows * columns, frequency, phase).reshape({rows, columns}).to(at::kFloat);
}

void compare_steps(const Json& expected, const OptimizerOptions& options, double rate,
                   double tolerance) {
  const int64_t rows = expected["rows"], columns = expected["columns"];
  at::Tensor weight = matrix(rows, columns, 0.7, 0.1).set_requires_grad(true);
  Optimizer optimizer(options, rate, {{"w", weight}});
  int step = 0;
  for (const Json& values : expected["steps"]) {
    weight.mutable_grad() = std::pow(10, step - 4) * matrix(rows, columns, 0.9 + step, 0.2);
    ++step;
    optimizer.step(1);
    EXPECT_LT(testing::distance(weight.detach().flatten(), testing::tensor_of(values)), tolerance)
        << name_of(options.kind) << " step " << step;
  }
  EXPECT_EQ(step, 6);
}

TEST(Lars, EqualsLightly) {
  const Json goldens = testing::golden("optimizers_torch.json");
  for (const Json& expected : goldens["lars"]) {
    compare_steps(expected,
                  {.kind = OptimizerKind::kLars, .weight_decay = 0.05, .trust_coefficient = 0.01},
                  2, 1e-6);
  }
}

TEST(Muon, EqualsTorchWhichMultipliesInBfloat16) {
  const Json goldens = testing::golden("optimizers_torch.json");
  for (const Json& expected : goldens["muon"]) {
    compare_steps(expected, {.kind = OptimizerKind::kMuon, .momentum = 0.95, .weight_decay = 0.1},
                  0.02, 2e-3);
  }
}

TEST(Lars, TheRatioIsThatOfTheLengths) {
  const at::Tensor w = at::tensor({3.0f, 4.0f}), g = at::tensor({0.0f, 2.0f});
  EXPECT_FLOAT_EQ(lars_ratio(w, g, 0.1, 0.01).item<float>(), 0.01f * 5 / (2 + 0.1f * 5));
  EXPECT_FLOAT_EQ(lars_ratio(w, at::zeros({2}), 0.1, 0.01).item<float>(), 1);
  EXPECT_FLOAT_EQ(lars_ratio(at::zeros({2}), g, 0.1, 0.01).item<float>(), 1);
}

TEST(Muon, TheUpdateHasTheMatrixsDirectionsAndSingularValuesNearOne) {
  for (const auto& [rows, columns] : {std::pair{8, 20}, {20, 8}, {6, 6}, {1, 5}}) {
    const at::Tensor m = matrix(rows, columns, 0.7, 0.1).to(at::kDouble);
    const at::Tensor update = orthogonalized(m, 5);
    const at::Tensor sigma = at::linalg_svdvals(update);
    EXPECT_GT(sigma.min().item<double>(), 0.6) << rows;
    EXPECT_LT(sigma.max().item<double>(), 1.25) << rows;
    // U·S'·Vᵀ·(U·S·Vᵀ)ᵀ = U·S'·S·Uᵀ is symmetric.
    const at::Tensor product = at::mm(update, m.t());
    EXPECT_LT(testing::relative_distance(product, product.t()), 1e-9) << rows;
  }
  EXPECT_TRUE(at::equal(orthogonalized(at::zeros({3, 4}), 5), at::zeros({3, 4})));
}

TEST(Muon, AWeightsMemoryOrderChangesNothing) {
  const auto after_steps = [](at::MemoryFormat format) {
    at::Tensor weight = testing::wave(6 * 4 * 9, 0.4, 0.1)
                            .to(at::kFloat)
                            .reshape({6, 4, 3, 3})
                            .contiguous(format)
                            .set_requires_grad(true);
    Optimizer optimizer({.kind = OptimizerKind::kMuon}, 0.02, {{"w", weight}});
    for (int step = 0; step < 3; ++step) {
      weight.mutable_grad() =
          testing::wave(6 * 4 * 9, 0.9 + step, 0.2).to(at::kFloat).reshape({6, 4, 3, 3});
      optimizer.step(1);
    }
    return weight.detach();
  };
  EXPECT_LT(testing::distance(after_steps(at::MemoryFormat::Contiguous),
                              after_steps(at::MemoryFormat::ChannelsLast)),
            1e-5);
}

TEST(UpdateRules, BiasesAndNormalizationAreLeftOut) {
  for (const OptimizerKind kind : {OptimizerKind::kLars, OptimizerKind::kMuon}) {
    at::Tensor bias = at::ones({4}).set_requires_grad(true);
    at::Tensor plain = at::ones({4}).set_requires_grad(true);
    Optimizer optimizer({.kind = kind, .weight_decay = 0.5, .adam_learning_rate = 0.01}, 0.1,
                        {{"bias", bias}});
    const bool lars = kind == OptimizerKind::kLars;
    Optimizer other({.kind = lars ? OptimizerKind::kSgd : OptimizerKind::kAdam}, lars ? 0.1 : 0.01,
                    {{"bias", plain}});
    for (int step = 0; step < 3; ++step) {
      const at::Tensor gradient = testing::wave(4, 0.9 + step, 0.2).to(at::kFloat);
      bias.mutable_grad() = gradient;
      plain.mutable_grad() = gradient;
      optimizer.step(1.0 / (1 + step));
      other.step(1.0 / (1 + step));
    }
    EXPECT_TRUE(at::equal(bias, plain)) << name_of(kind);
  }
}

}  // namespace
}  // namespace stl10
