#include "stl10/train/shared_step.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <csignal>

#include "golden.h"
#include "meeting.h"
#include "stl10/base/error.h"
#include "stl10/nn/layers.h"

namespace stl10 {
namespace {

using testing::in_group;

constexpr int64_t kRows = 7;

/// A small network in float64 after ten steps of SGD on seven rows, of which this process has its
/// part.
std::vector<at::Tensor> after_ten_steps(const Group& group) {
  InitStream init{.seed = 3};
  Dense dense(5, 4, init);
  dense->to(at::kDouble);
  std::vector<ScheduledOptimizer> optimizers;
  optimizers.push_back(
      {Optimizer({.kind = OptimizerKind::kSgd}, 0.1, named_parameters(*dense)), {}});
  const auto [first, last] = group.part_of(kRows);
  for (int step = 0; step < 10; ++step) {
    const at::Tensor x = testing::wave(kRows * 5, 0.3 + step, 0.2).reshape({kRows, 5});
    optimizers[0].optimizer.zero_gradients();
    if (last > first) {
      const at::Tensor own = dense(x.slice(0, first, last));
      (own.tanh().square().sum() / static_cast<double>(kRows)).backward();
    }
    share_step(group, optimizers, {});
    optimizers[0].optimizer.step(1);
  }
  return {dense->weight.detach(), dense->bias.detach()};
}

TEST(SharedStep, UnevenPartsGiveOneProcesssWeights) {
  const std::vector<at::Tensor> one = after_ten_steps({});
  for (const int64_t size : {2, 3, 9}) {
    in_group(size, [&](const Group& group) {
      const std::vector<at::Tensor> several = after_ten_steps(group);
      for (size_t i = 0; i < one.size(); ++i) {
        EXPECT_LT(testing::distance(one[i], several[i]), 1e-10) << size;
      }
    });
  }
}

TEST(SharedStep, AVoteOfOneIsThatOfAll) {
  in_group(3, [](const Group& group) {
    StepVote own;
    if (group.rank() == 1) own.signal = SIGTERM;
    StepVote all = share_step(group, {}, own);
    EXPECT_EQ(all.signal, SIGTERM);
    EXPECT_FALSE(all.bad);
    all = share_step(group, {}, {.bad = group.rank() == 2});
    EXPECT_EQ(all.signal, 0);
    EXPECT_TRUE(all.bad);
  });
}

TEST(SharedStep, AloneNothingIsShared) {
  const StepVote vote = share_step({}, {}, {.signal = SIGINT, .bad = true});
  EXPECT_EQ(vote.signal, SIGINT);
  EXPECT_TRUE(vote.bad);
}

TEST(SharedStep, WeightsThatHavePartedAreNamed) {
  in_group(2, [](const Group& group) {
    InitStream init{.seed = 3};
    Dense dense(3, 2, init);
    check_same_weights(group, *dense);
    const at::NoGradGuard no_grad;
    if (group.rank() == 1) dense->bias[1] += 1e-7;
    try {
      check_same_weights(group, *dense);
      ADD_FAILURE() << "not seen";
    } catch (const GroupError& error) {
      EXPECT_NE(std::string(error.what()).find("bias"), std::string::npos) << error.what();
    }
  });
}

}  // namespace
}  // namespace stl10
