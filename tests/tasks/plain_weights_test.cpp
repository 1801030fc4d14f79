#include "stl10/tasks/plain_weights.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "data/tiny_data.h"
#include "stl10/base/error.h"
#include "stl10/base/safetensors.h"
#include "stl10/nn/encoder.h"
#include "stl10/tasks/pretrained.h"

namespace stl10 {
namespace {

using testing::expect_says;
using testing::message_of;

class PlainWeights : public ::testing::Test {
 protected:
  PlainWeights() {
    InitStream init{.seed = 3};
    encoder_ = make_encoder(options_, init);
    encoder_->eval();
    for (const auto& item : encoder_->named_parameters()) tensors_[item.key()] = item.value();
    for (const auto& item : encoder_->named_buffers()) tensors_[item.key()] = item.value();
    tensors_["fc.weight"] = at::ones({1000, 32});
    tensors_["fc.bias"] = at::ones({1000});
    tensors_["bn1.num_batches_tracked"] = at::zeros({}, at::kLong);
  }
  Checkpoint opened(const PlainWeightsOptions& given = {.kind = EncoderKind::kResnet, .size = 64}) {
    save_safetensors(file(), {tensors_, {{"format", "pt"}}});
    return open_weights(file(), given);
  }
  std::filesystem::path file() const { return folder_ / "weights.safetensors"; }
  std::string refusal() {
    return message_of<UsageError>([&] { read_pretrained(opened(), {}); });
  }

  const EncoderOptions options_{
      .kind = EncoderKind::kResnet, .width = 8, .blocks = {1, 2, 1}, .side = 64};
  testing::TemporaryFolder folder_;
  Encoder encoder_ = nullptr;
  std::map<std::string, at::Tensor> tensors_;
};

TEST_F(PlainWeights, GiveTheEncoderThatTheyAreOf) {
  const PretrainedEncoder pretrained = read_pretrained(opened(), {});
  EXPECT_EQ(pretrained.options.blocks, options_.blocks);
  EXPECT_EQ(pretrained.options.width, 8);
  EXPECT_EQ(pretrained.options.side, 64);
  EXPECT_EQ(pretrained.tap, Tap::kPooled);
  Encoder loaded = pretrained.load();
  loaded->eval();
  const at::Tensor x = at::rand({2, 3, 64, 64});
  EXPECT_TRUE(at::equal(loaded(x, Tap::kPooled), encoder_(x, Tap::kPooled)));
}

TEST_F(PlainWeights, OfHalfPrecisionBecomeFloat) {
  for (auto& [name, tensor] : tensors_) {
    if (tensor.is_floating_point()) tensor = tensor.to(at::kBFloat16);
  }
  EXPECT_EQ(read_pretrained(opened(), {}).load()->parameters()[0].scalar_type(), at::kFloat);
}

TEST_F(PlainWeights, ThatLackOrHaveOneTooManyAreNamed) {
  const at::Tensor one = tensors_.at("layer2.1.bn2.weight");
  tensors_.erase("layer2.1.bn2.weight");
  expect_says(refusal(), {"layer2.1.bn2.weight", "none"});
  tensors_["layer2.1.bn2.weight"] = at::ones({7});
  expect_says(refusal(), {"layer2.1.bn2.weight", "[16]", "[7]"});
  tensors_["layer2.1.bn2.weight"] = one;
  tensors_["attention.weight"] = one;
  expect_says(refusal(), {"attention.weight"});
}

TEST_F(PlainWeights, OfOtherNetworksAreRefused) {
  tensors_["layer1.0.conv3.weight"] = at::ones({4, 4, 1, 1});
  expect_says(refusal(), {"basic blocks", "resnet18"});
  tensors_ = {{"features.0.weight", at::ones({3})}};
  expect_says(refusal(), {"conv1.weight"});
}

TEST_F(PlainWeights, AreAskedForByTheirKind) {
  expect_says(message_of<DataError>([&] { opened({}); }), {"not a checkpoint of this program"});
  expect_says(message_of<UsageError>([&] { opened({.kind = EncoderKind::kConv4}); }), {"resnet"});
}

}  // namespace
}  // namespace stl10
