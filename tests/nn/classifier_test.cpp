#include "stl10/nn/classifier.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(Classifier, AFloatBatchIsTakenInEitherArithmetic) {
  InitStream init{.seed = 1};
  Classifier network(EncoderOptions{}, HeadOptions{}, 10, init);
  const at::Tensor x = at::rand({3, 3, 96, 96}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor expected = network(x, at::kFloat), found = network(x, at::kBFloat16);
  ASSERT_EQ(found.sizes(), expected.sizes());
  ASSERT_EQ(found.scalar_type(), at::kFloat);
  EXPECT_LT((found - expected).abs().max().item<float>(),
            0.05f * expected.abs().max().item<float>());
  found.square().sum().backward();
  for (const auto& parameter : network->parameters()) {
    EXPECT_TRUE(parameter.grad().isfinite().all().item<bool>());
  }
}

TEST(Classifier, TheHeadTakesTheTapThatIsAskedFor) {
  for (const Tap tap : {Tap::kDense, Tap::kFlat, Tap::kPooled}) {
    InitStream init;
    Classifier network(EncoderOptions{.width = 8, .pools = false}, HeadOptions{}, 4, init, tap);
    EXPECT_EQ(network->head->weight.size(1), network->encoder->features(tap));
    EXPECT_EQ(network(at::rand({2, 3, 96, 96}), at::kFloat).size(0), 2);
  }
}

}  // namespace
}  // namespace stl10
