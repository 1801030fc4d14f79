#include "stl10/nn/momentum_network.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "golden.h"

namespace stl10 {
namespace {

class MomentumNetworkTest : public ::testing::Test {
 protected:
  MomentumNetworkTest() {
    encoder_.width = 8;
    encoder_.side = 32;
    encoder_.pools = false;
    encoder_.batch_norm = true;
    projection_.batch_norm = true;
    InitStream init{.seed = 3};
    online_ = ContrastiveNetwork(encoder_, projection_, std::nullopt, 10, init);
  }

  EncoderOptions encoder_;
  ProjectionOptions projection_;
  ContrastiveNetwork online_ = nullptr;
  at::Tensor x_ =
      testing::wave(4 * 3 * 32 * 32, 0.37, 0.1).abs().to(at::kFloat).view({4, 3, 32, 32});
};

TEST_F(MomentumNetworkTest, BeginsAsTheOnlineNetworkAndGetsNoGradient) {
  MomentumNetwork target(encoder_, projection_, online_);
  const at::Tensor z = online_->projection(online_->head_features(x_));
  const at::Tensor found = target->embed(x_, at::kFloat);
  EXPECT_TRUE(at::equal(found, z));
  EXPECT_FALSE(found.requires_grad());
  for (const auto& item : target->named_parameters()) {
    EXPECT_FALSE(item.value().requires_grad()) << item.key();
  }
}

TEST_F(MomentumNetworkTest, FollowsAsSlowlyAsAsked) {
  MomentumNetwork target(encoder_, projection_, online_);
  const at::Tensor own = target->named_parameters()["encoder.conv1.weight"];
  const at::Tensor before = own.clone();
  const at::NoGradGuard no_grad;
  for (auto& item : online_->named_parameters()) item.value().add_(1);
  target->follow(online_, 1);
  EXPECT_TRUE(at::equal(own, before));
  target->follow(online_, 0.75);
  EXPECT_LT(testing::distance(own, before + 0.25), 1e-6);
  target->follow(online_, 0);
  EXPECT_LT(testing::distance(own, before + 1), 1e-6);
}

TEST(Momentum, RisesByHalfACosine) {
  EXPECT_DOUBLE_EQ(momentum_at(0.9, 0, 100), 0.9);
  EXPECT_DOUBLE_EQ(momentum_at(0.9, 50, 100), 0.95);
  EXPECT_DOUBLE_EQ(momentum_at(0.9, 100, 100), 1);
  EXPECT_DOUBLE_EQ(momentum_at(0.9, 7, 0), 0.9);
}

}  // namespace
}  // namespace stl10
