#include "stl10/train/task.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

namespace stl10 {
namespace {

/// Two weights, one of them in a part, and a buffer.
class Parted : public torch::nn::Module {
 public:
  Parted() {
    register_parameter("bias", at::zeros({2}));
    register_buffer("mean", at::zeros({2}));
    part->register_parameter("weight", at::ones({3, 2}));
    register_module("part", part);
  }
  std::shared_ptr<torch::nn::Module> part = std::make_shared<torch::nn::Module>();
};

TEST(Task, NamedParametersAreTheWeightsWithTheirPaths) {
  const Parted network;
  const std::vector<NamedTensor> parameters = named_parameters(network);
  ASSERT_EQ(parameters.size(), 2u) << "buffers are not trained";
  EXPECT_EQ(parameters[0].first, "bias");
  EXPECT_EQ(parameters[1].first, "part.weight");
  EXPECT_EQ(parameters[1].second.data_ptr(), network.part->parameters()[0].data_ptr())
      << "an optimizer changes the network's own memory";
}

}  // namespace
}  // namespace stl10
