#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "golden.h"
#include "gpu.h"
#include "stl10/loss/nt_xent.h"

namespace stl10 {
namespace {

class NtXentGpu : public testing::GpuTest {};

TEST_F(NtXentGpu, LossHitsAndGradientAreTheCpus) {
  const at::Tensor all = testing::wave(2 * 525 * 128, 0.7, 0.3).to(at::kFloat).reshape({1050, 128});
  for (const NtXentForm form : {NtXentForm::kCrossView, NtXentForm::kFull}) {
    at::Tensor gradients[2], losses[2], correct[2];
    int side = 0;
    for (const at::Device device : {at::Device(at::kCPU), gpu_}) {
      at::Tensor z = all.detach().clone().to(device).set_requires_grad(true);
      const NtXent result = nt_xent(z.slice(0, 0, 525), z.slice(0, 525), 0.1, form);
      result.loss.backward();
      losses[side] = result.loss.detach().cpu();
      correct[side] = result.correct.cpu();
      gradients[side++] = z.grad().cpu();
    }
    EXPECT_NEAR(losses[1].item<double>(), losses[0].item<double>(), 1e-5);
    EXPECT_NEAR(correct[1].item<double>(), correct[0].item<double>(), 1);
    EXPECT_LT(testing::distance(gradients[1], gradients[0]),
              1e-4 * gradients[0].abs().max().item<double>());
  }
}

}  // namespace
}  // namespace stl10
