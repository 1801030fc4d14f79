#include "stl10/nn/features.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "golden.h"

namespace stl10 {
namespace {

/// (130, 3, 96, 96) in [0, 1]: three chunks.
at::Tensor three_chunks() {
  return (testing::wave(130 * 3 * 96 * 96, 0.7, 0.1).to(at::kFloat) / 2 + 0.5)
      .reshape({130, 3, 96, 96})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

/// The gradients of a loss of the features.
std::vector<at::Tensor> gradients(Encoder& encoder, const at::Tensor& features) {
  encoder->zero_grad();
  (features - 0.1).square().sum().backward();
  std::vector<at::Tensor> all;
  for (const at::Tensor& weight : encoder->parameters()) all.push_back(weight.grad().clone());
  return all;
}

TEST(FeaturesAt, ChunksGiveTheGradientsOfOnePass) {
  InitStream init{.seed = 2};
  Encoder encoder = make_encoder({.width = 8}, init);
  const at::Tensor x = three_chunks();
  const auto expected = gradients(encoder, encoder(x, Tap::kDense));
  const auto found = gradients(encoder, features_at(encoder, x, Tap::kDense, at::kFloat));
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_LT(testing::distance(found[i], expected[i]),
              1e-4 * expected[i].abs().max().item<double>());
  }
}

TEST(FeaturesAt, EvaluationModeMixesNothing) {
  InitStream init{.seed = 2};
  Encoder encoder = make_encoder({.width = 8, .pools = false, .batch_norm = true}, init);
  EXPECT_TRUE(encoder->mixes_images());
  encoder->eval();
  EXPECT_FALSE(encoder->mixes_images());
  const at::Tensor x = three_chunks();
  EXPECT_LT(testing::distance(features_at(encoder, x, Tap::kPooled, at::kFloat),
                              encoder(x, Tap::kPooled)),
            1e-6);
}

}  // namespace
}  // namespace stl10
