#include "stl10/nn/contrastive_network.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "golden.h"
#include "stl10/base/error.h"
#include "stl10/base/image.h"
#include "stl10/nn/features.h"

namespace stl10 {
namespace {

using testing::wave;

at::Tensor images(int64_t count) {
  return wave(count * kChannels * kSide * kSide, 0.37, 0.1)
      .to(at::kFloat)
      .reshape({count, kChannels, kSide, kSide})
      .abs()
      .contiguous(at::MemoryFormat::ChannelsLast);
}

ContrastiveNetwork make(const EncoderOptions& encoder, const ProjectionOptions& projection,
                        Tap tap) {
  InitStream init{.seed = 3};
  return ContrastiveNetwork(encoder, projection, tap, 10, init);
}

TEST(ProjectionHead, TheReportsHeadIsTwoLayersWithReluBetween) {
  InitStream init{.seed = 1};
  ProjectionHead head(ProjectionOptions{}, 64, init);
  const auto weights = head->named_parameters();
  ASSERT_EQ(weights.size(), 4u);
  const at::Tensor h = wave(5 * 64, 0.7, 0.2).to(at::kFloat).reshape({5, 64});
  const at::Tensor hidden =
      at::relu(at::linear(h, weights["dense1.weight"], weights["dense1.bias"]));
  EXPECT_EQ(hidden.size(1), 128);
  const at::Tensor z = at::linear(hidden, weights["dense2.weight"], weights["dense2.bias"]);
  EXPECT_EQ(z.size(1), 128);
  EXPECT_TRUE(at::allclose(head(h), z));
  EXPECT_LT(z.min().item<double>(), 0) << "no ReLU at the end";
}

TEST(ProjectionHead, DepthZeroIsNoHeadAndDepthOneIsLinear) {
  InitStream init{.seed = 1};
  const at::Tensor h = wave(3 * 8, 0.7, 0.2).to(at::kFloat).reshape({3, 8});
  ProjectionHead none(ProjectionOptions{.depth = 0}, 8, init);
  EXPECT_TRUE(at::equal(none(h), h));
  EXPECT_TRUE(none->parameters().empty());
  ProjectionHead linear(ProjectionOptions{.depth = 1, .outputs = 5, .batch_norm = true}, 8, init);
  EXPECT_EQ(linear->parameters().size(), 2u);
  EXPECT_EQ(linear(h).size(1), 5);
  EXPECT_TRUE(at::allclose(linear(2 * h), 2 * linear(h)));  // its bias is 0
}

TEST(ProjectionHead, BatchNormalizationStandsBeforeEachReluInPlaceOfABias) {
  InitStream init{.seed = 1};
  ProjectionHead head(ProjectionOptions{.depth = 3, .hidden = 6, .batch_norm = true}, 8, init);
  EXPECT_EQ(head->named_parameters().size(), 3u + 1 + 4);  // weights, last bias, two norms
  EXPECT_EQ(head->named_buffers().size(), 4u);
  const at::Tensor h = wave(9 * 8, 0.7, 0.2).to(at::kFloat).reshape({9, 8});
  EXPECT_TRUE(at::allclose(head(h), head(10 * h), 1e-3, 1e-4)) << "normalized lengths";
}

TEST(ContrastiveNetwork, ChunksGiveTheFeaturesOfOnePass) {
  ContrastiveNetwork network = make({.width = 8}, {}, Tap::kDense);
  const at::Tensor x = images(130);  // three chunks
  const at::Tensor h = network->head_features(x);
  EXPECT_EQ(h.sizes(), at::IntArrayRef({130, 8}));
  EXPECT_LT(testing::distance(h, network->encoder(x, Tap::kDense)), 1e-6);
  EXPECT_TRUE(h.requires_grad());
}

TEST(ContrastiveNetwork, BatchNormalizationSeesAllImagesAtOnce) {
  const EncoderOptions encoder{.width = 8, .pools = false, .batch_norm = true};
  ContrastiveNetwork network = make(encoder, {.tap = Tap::kPooled}, Tap::kFlat);
  const at::Tensor x = images(70);
  const at::Tensor h = network->head_features(x);
  EXPECT_TRUE(at::equal(h, network->encoder(x, Tap::kPooled)));
  EXPECT_EQ(network->probe->weight.size(1), network->encoder->features(Tap::kFlat));
}

TEST(ContrastiveNetwork, ALayerThatNothingTrainsIsNotThereAndNotJudged) {
  const EncoderOptions encoder{.width = 8};
  EXPECT_FALSE(make(encoder, {.tap = Tap::kFlat}, Tap::kPooled)
                   ->named_parameters()
                   .contains("encoder.dense.weight"));
  EXPECT_TRUE(make(encoder, {.tap = Tap::kDense}, Tap::kPooled)
                  ->named_parameters()
                  .contains("encoder.dense.weight"));
  EXPECT_THROW(make(encoder, {.tap = Tap::kFlat}, Tap::kDense), ConfigError);
}

TEST(EstimateStatistics, TheyAreThoseOfTheBatch) {
  const EncoderOptions encoder{.width = 8, .pools = false, .batch_norm = true};
  ContrastiveNetwork network = make(encoder, {.tap = Tap::kFlat}, Tap::kFlat);
  const at::Tensor x = images(6);
  const at::Tensor in_training = features_at(network->encoder, x, Tap::kFlat, at::kFloat);
  network->eval();
  EXPECT_GT(
      testing::distance(features_at(network->encoder, x, Tap::kFlat, at::kFloat), in_training),
      1e-2);
  estimate_statistics(*network->encoder,
                      [&] { features_at(network->encoder, x, Tap::kFlat, at::kFloat); });
  network->eval();
  EXPECT_LT(
      testing::distance(features_at(network->encoder, x, Tap::kFlat, at::kFloat), in_training),
      2e-2);  // n − 1 for n
  const at::Tensor mean = network->named_buffers()["encoder.norm1.running_mean"].clone();
  network->train();
  features_at(network->encoder, 0 * x, Tap::kFlat, at::kFloat);
  const at::Tensor later = network->named_buffers()["encoder.norm1.running_mean"];
  EXPECT_LT(testing::distance(later, 0.9 * mean), 1e-6) << "the momentum is 0.1 again";
}

}  // namespace
}  // namespace stl10
