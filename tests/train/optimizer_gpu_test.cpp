#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "golden.h"
#include "gpu.h"
#include "stl10/train/optimizer.h"

namespace stl10 {
namespace {

class OptimizerGpu : public testing::GpuTest {
 protected:
  static at::Tensor after_steps(at::Device device, OptimizerKind kind) {
    at::Tensor weight = testing::wave(6 * 8 * 9, 0.4, 0.1)
                            .to(at::kFloat)
                            .reshape({6, 8, 3, 3})
                            .contiguous(at::MemoryFormat::ChannelsLast)
                            .to(device)
                            .set_requires_grad(true);
    Optimizer optimizer({.kind = kind, .weight_decay = 0.01}, 1e-2, {{"w", weight}});
    for (int step = 0; step < 5; ++step) {
      weight.mutable_grad() = testing::wave(weight.numel(), 0.9 + step, 0.2)
                                  .to(at::kFloat)
                                  .reshape(weight.sizes())
                                  .to(device);
      optimizer.step(1.0 / (1 + step));
    }
    return weight.detach().cpu();
  }
};

TEST_F(OptimizerGpu, EachKindMovesWeightsAsOnTheCpu) {
  for (const OptimizerKind kind : {OptimizerKind::kAdam, OptimizerKind::kAdamW, OptimizerKind::kSgd,
                                   OptimizerKind::kLars, OptimizerKind::kMuon}) {
    EXPECT_LT(testing::distance(after_steps(gpu_, kind), after_steps(at::kCPU, kind)), 1e-6)
        << static_cast<int>(kind);
  }
}

}  // namespace
}  // namespace stl10
