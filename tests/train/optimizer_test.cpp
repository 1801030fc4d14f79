#include "stl10/train/optimizer.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "golden.h"
#include "stl10/nn/layers.h"
#include "stl10/train/task.h"

namespace stl10 {
namespace {

using testing::distance;

constexpr OptimizerKind kAllKinds[] = {OptimizerKind::kAdam, OptimizerKind::kAdamW,
                                       OptimizerKind::kSgd, OptimizerKind::kLars,
                                       OptimizerKind::kMuon};

/// The weight of make_golden.py's optimizer_steps. Decay is for tensors with two axes, hence (1,
/// 4).
at::Tensor first_weight() {
  return at::tensor({0.5f, -0.25f, 1.0f, 0.0f}).reshape({1, 4}).set_requires_grad(true);
}

void set_gradient(at::Tensor& weight, int step) {
  weight.mutable_grad() =
      (std::pow(10, step - 6) * testing::wave(4, 0.9 + step, 0.2)).to(at::kFloat).reshape({1, 4});
}

void compare(const std::string& name, const OptimizerOptions& options) {
  at::Tensor weight = first_weight();
  Optimizer optimizer(options, 1e-2, {{"w", weight}});
  int step = 0;
  const Json goldens = testing::golden("optimizers_keras.json");
  for (const Json& expected : goldens[name]) {
    set_gradient(weight, step++);
    optimizer.step(1);
    EXPECT_LT(distance(weight.detach().flatten(), testing::tensor_of(expected)), 5e-7)
        << name << " step " << step;
  }
  EXPECT_EQ(optimizer.steps(), 6);
}

TEST(Optimizer, AdamEqualsKeras) { compare("adam", {}); }

TEST(Optimizer, AdamWEqualsKeras) {
  compare("adamw", {.kind = OptimizerKind::kAdamW, .weight_decay = 0.1});
}

TEST(Optimizer, SgdEqualsKeras) { compare("sgd", {.kind = OptimizerKind::kSgd}); }

TEST(Optimizer, SgdWithoutMomentumFollowsTheGradient) {
  at::Tensor weight = first_weight();
  const at::Tensor before = weight.detach().clone();
  Optimizer optimizer({.kind = OptimizerKind::kSgd, .momentum = 0}, 0.5, {{"w", weight}});
  for (const int step : {4, 4}) {
    set_gradient(weight, step);
    optimizer.step(1);
  }
  EXPECT_LT(distance(weight.detach(), before - 2 * 0.5 * weight.grad()), 1e-7);
}

/// The update of one step, in float64, as the class says it.
at::Tensor plain_step(const OptimizerOptions& options, double rate, at::Tensor w, at::Tensor g,
                      at::Tensor& m, at::Tensor& v, int step) {
  w = w.to(at::kDouble), g = g.to(at::kDouble);
  if (options.kind == OptimizerKind::kAdamW) w = w * (1 - rate * options.weight_decay);
  if (options.kind != OptimizerKind::kAdamW) g = g + options.weight_decay * w;
  if (options.kind == OptimizerKind::kSgd) {
    m = options.momentum * m + g;
    return w - rate * m;
  }
  m = options.beta1 * m + (1 - options.beta1) * g;
  v = options.beta2 * v + (1 - options.beta2) * g * g;
  const double correction =
      std::sqrt(1 - std::pow(options.beta2, step)) / (1 - std::pow(options.beta1, step));
  return w - rate * correction * m / (v.sqrt() + options.epsilon);
}

TEST(Optimizer, FusedKernelsOnChannelsLastWeightsAfterARealBackwardEqualThePlainFormula) {
  constexpr double kRate = 1e-2;
  for (const OptimizerKind kind :
       {OptimizerKind::kAdam, OptimizerKind::kAdamW, OptimizerKind::kSgd}) {
    const OptimizerOptions options{.kind = kind, .weight_decay = 0.05};
    InitStream init{.seed = 2};
    Conv conv(3, 4, 3, 2, Padding::kSame, init);
    ASSERT_TRUE(conv->weight.is_contiguous(at::MemoryFormat::ChannelsLast));
    Optimizer optimizer(options, kRate, named_parameters(*conv));
    at::Tensor m = at::zeros({4, 3, 3, 3}, at::kDouble), v = m.clone();
    at::Tensor expected = conv->weight.detach().to(at::kDouble);
    for (int step = 1; step <= 4; ++step) {
      const at::Tensor x = testing::wave(5 * 3 * 64, 0.3, step)
                               .reshape({5, 3, 8, 8})
                               .to(at::kFloat)
                               .contiguous(at::MemoryFormat::ChannelsLast);
      optimizer.zero_gradients();
      conv(x).square().mean().backward();
      expected = plain_step(options, kRate, expected, conv->weight.grad(), m, v, step);
      optimizer.step(1);
      EXPECT_LT(distance(conv->weight.detach(), expected), 1e-6) << name_of(kind) << step;
      expected = conv->weight.detach().to(at::kDouble);
    }
  }
}

TEST(Optimizer, AGradientInAnotherMemoryOrderIsTakenByItsPlace) {
  at::Tensor weight = testing::wave(48, 0.7, 0.1)
                          .to(at::kFloat)
                          .reshape({4, 3, 2, 2})
                          .contiguous(at::MemoryFormat::ChannelsLast)
                          .set_requires_grad(true);
  const at::Tensor before = weight.detach().clone();
  Optimizer optimizer({.kind = OptimizerKind::kSgd, .momentum = 0}, 0.5, {{"w", weight}});
  weight.mutable_grad() = testing::wave(48, 1.3, 0.4).to(at::kFloat).reshape({4, 3, 2, 2});
  optimizer.step(1);
  EXPECT_LT(distance(weight.detach(), before - 0.5 * weight.grad()), 1e-7);
}

TEST(Optimizer, AFactorOfZeroIsNoUpdate) {
  for (const OptimizerKind kind : kAllKinds) {
    const at::Tensor w = at::ones({2, 2});
    Optimizer optimizer({.kind = kind, .weight_decay = 0.5}, 0.1, {{"w", w}});
    optimizer.step(0);  // without a gradient
    EXPECT_TRUE(at::equal(w, at::ones({2, 2})));
    EXPECT_EQ(optimizer.steps(), 0);
  }
}

TEST(Optimizer, FactorScalesTheRate) {
  at::Tensor a = first_weight(), b = first_weight();
  Optimizer half({.kind = OptimizerKind::kSgd}, 0.1, {{"w", a}});
  Optimizer full({.kind = OptimizerKind::kSgd}, 0.05, {{"w", b}});
  set_gradient(a, 0);
  set_gradient(b, 0);
  half.step(0.5);
  full.step(1);
  EXPECT_TRUE(at::equal(a, b));
}

TEST(Optimizer, DecayLeavesBiasesAlone) {
  at::Tensor weight = at::ones({2, 2}).set_requires_grad(true);
  at::Tensor bias = at::ones({2}).set_requires_grad(true);
  Optimizer optimizer({.kind = OptimizerKind::kAdamW, .weight_decay = 0.5}, 0.1,
                      {{"weight", weight}, {"bias", bias}});
  weight.mutable_grad() = at::zeros({2, 2});
  bias.mutable_grad() = at::zeros({2});
  optimizer.step(1);
  EXPECT_FLOAT_EQ(weight[0][0].item<float>(), 0.95f);
  EXPECT_FLOAT_EQ(bias[0].item<float>(), 1.0f);
}

TEST(Optimizer, RestoredStateGoesOnToTheBit) {
  for (const OptimizerKind kind : kAllKinds) {
    at::Tensor one = first_weight();
    Optimizer straight({.kind = kind}, 1e-2, {{"w", one}});
    for (int step = 0; step < 2; ++step) {
      set_gradient(one, step);
      straight.step(1);
    }
    at::Tensor two = one.detach().clone().set_requires_grad(true);
    Optimizer resumed({.kind = kind}, 1e-2, {{"w", two}});
    for (auto& [name, tensor] : resumed.state()) tensor.copy_(straight.state().at(name));
    resumed.set_steps(straight.steps());
    set_gradient(one, 2);
    set_gradient(two, 2);
    straight.step(1);
    resumed.step(1);
    EXPECT_TRUE(at::equal(one, two)) << static_cast<int>(kind);
  }
}

TEST(Optimizer, AParameterWithoutGradientIsAnError) {
  at::Tensor weight = first_weight();
  Optimizer optimizer({}, 1e-2, {{"w", weight}});
  EXPECT_THROW(optimizer.step(1), c10::Error);
}

}  // namespace
}  // namespace stl10
