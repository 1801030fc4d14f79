#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <vector>

#include "golden.h"
#include "gpu.h"
#include "stl10/nn/features.h"

namespace stl10 {
namespace {

class Conv4Gpu : public testing::GpuTest {
 protected:
  /// Features and gradients of an encoder with the same weights, brought to the CPU.
  std::vector<at::Tensor> results_on(at::Device device, const EncoderOptions& options,
                                     at::ScalarType type) const {
    InitStream init{.seed = 2};
    Encoder encoder = make_encoder(options, init);
    encoder->to(device);
    const at::Tensor x = (testing::wave(int64_t{32} * 3 * 96 * 96, 0.7, 0.1) / 2 + 0.5)
                             .to(at::kFloat)
                             .reshape({32, 3, 96, 96})
                             .contiguous(at::MemoryFormat::ChannelsLast)
                             .to(device, type);
    const at::Tensor h = features_at(encoder, x, Tap::kDense, type);
    (h - 0.1).square().mean().backward();
    std::vector<at::Tensor> results = {h.detach().cpu()};
    for (const at::Tensor& weight : encoder->parameters()) results.push_back(weight.grad().cpu());
    return results;
  }

  void expect_equal(const EncoderOptions& options, at::ScalarType type, double tolerance) const {
    const auto cpu = results_on(at::kCPU, options, at::kFloat);
    const auto gpu = results_on(gpu_, options, type);
    for (size_t i = 0; i < cpu.size(); ++i) {
      const double size = cpu[i].norm().item<double>();
      EXPECT_LT((gpu[i] - cpu[i]).norm().item<double>(), tolerance * size) << "result " << i;
    }
  }
};

const EncoderOptions kPooled{.width = 64};
const EncoderOptions kNormed{
    .width = 64, .padding = Padding::kValid, .pools = false, .batch_norm = true};

TEST_F(Conv4Gpu, FeaturesAndGradientsAreTheCpusInFp32) {
  expect_equal(kPooled, at::kFloat, 1e-4);
  expect_equal(kNormed, at::kFloat, 1e-4);
}

/// As near as the CPU's own bfloat16 comes to fp32, and half as far again: 0.03 and 0.2.
TEST_F(Conv4Gpu, Bfloat16IsNear) {
  expect_equal(kPooled, at::kBFloat16, 0.05);
  expect_equal(kNormed, at::kBFloat16, 0.3);
}

}  // namespace
}  // namespace stl10
