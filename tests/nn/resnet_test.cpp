#include "stl10/nn/resnet.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "data/tiny_data.h"
#include "golden.h"
#include "stl10/base/error.h"

namespace stl10 {
namespace {

using testing::distance;
using testing::expect_says;
using testing::golden;
using testing::message_of;
using testing::tensor_of;
using testing::wave;

EncoderOptions resnet18(int64_t side = kSide) {
  return {.kind = EncoderKind::kResnet, .side = side};
}

Encoder made(const EncoderOptions& options) {
  InitStream init{.seed = 3};
  return make_encoder(options, init);
}

/// As scripts/make_golden_torchvision.py has them.
at::Tensor periodic(int64_t count, double frequency, double phase) {
  constexpr int64_t kPeriod = 9973;
  const int64_t times = (count + kPeriod - 1) / kPeriod;
  return wave(kPeriod, frequency, phase).repeat({times}).slice(0, 0, count);
}

at::Tensor images_of_torchvision(int64_t side) {
  return (0.5 + 0.5 * wave(3 * 3 * side * side, 0.37, 0.1)).reshape({3, 3, side, side});
}

std::map<std::string, at::Tensor> state_of(const Encoder& encoder) {
  std::map<std::string, at::Tensor> state;
  for (const auto& item : encoder->named_parameters()) state[item.key()] = item.value();
  for (const auto& item : encoder->named_buffers()) state[item.key()] = item.value();
  return state;
}

Encoder with_torchvisions_weights(const Json& expected, int64_t side) {
  const at::NoGradGuard no_grad;
  Encoder encoder = made(resnet18(side));
  encoder->to(at::kDouble);
  std::map<std::string, at::Tensor> state = state_of(encoder);
  for (size_t k = 0; k < expected["names"].size(); ++k) {
    const std::string name = expected["names"][k];
    at::Tensor& tensor = state.at(name);
    const auto place = static_cast<double>(k);
    const at::Tensor x = periodic(tensor.numel(), 0.61 + 0.07 * place, 0.3 * place);
    const bool scale = name.ends_with("weight") || name.ends_with("running_var");
    if (tensor.dim() > 1) {
      tensor.copy_(x.reshape(tensor.sizes()) *
                   std::sqrt(4.0 / static_cast<double>(tensor[0].numel())));
    } else {
      tensor.copy_(scale ? 1 + 0.3 * x : 0.1 * x);
    }
  }
  return encoder;
}

double along(size_t k, const at::Tensor& tensor) {
  const at::Tensor direction = periodic(tensor.numel(), 0.9 + 0.01 * static_cast<double>(k), 0.4);
  return (tensor.contiguous().flatten() * direction).sum().item<double>();
}

TEST(Resnet, HasTorchvisionsNamesAndLayouts) {
  const Json expected = golden("resnet18_torchvision.json");
  const std::map<std::string, at::Tensor> state = state_of(made(resnet18()));
  ASSERT_EQ(state.size(), expected["names"].size());
  for (size_t k = 0; k < expected["names"].size(); ++k) {
    const std::string name = expected["names"][k];
    ASSERT_TRUE(state.contains(name)) << name;
    EXPECT_EQ(state.at(name).sizes().vec(), expected["shapes"][k].get<std::vector<int64_t>>())
        << name;
  }
}

/// Within 1e-5 of the largest value; in float64 to the digits that the file has.
void expect_equal(const at::Tensor& h, const Json& expected) {
  const at::Tensor values = tensor_of(expected);
  const double share = h.scalar_type() == at::kDouble ? 1e-8 : 1e-5;
  EXPECT_LT(distance(h.flatten(), values), share * values.abs().max().item<double>());
}

TEST(Resnet, AllTapsAreTorchvisionsForItsWeights) {
  const Json expected = golden("resnet18_torchvision.json");
  const at::NoGradGuard no_grad;
  for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
    Encoder encoder = with_torchvisions_weights(expected, 64);
    encoder->to(type);
    encoder->eval();
    const at::Tensor x =
        images_of_torchvision(64).to(type).contiguous(at::MemoryFormat::ChannelsLast);
    for (const Tap tap : {Tap::kPooled, Tap::kFlat, Tap::kLayers}) {
      const at::Tensor h = encoder(x, tap).slice(0, 0, tap == Tap::kFlat ? 1 : 3);
      expect_equal(h, expected["at_64"][std::string(name_of(tap))]);
    }
    const at::Tensor large = images_of_torchvision(96).to(type);
    expect_equal(encoder(large, Tap::kPooled), expected["pooled_at_96"]);
  }
}

TEST(Resnet, GradientsAndRunningStatisticsAreTorchvisions) {
  const Json expected = golden("resnet18_torchvision.json");
  const Json& trained = expected["trained"];
  for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
    Encoder encoder = with_torchvisions_weights(expected, 64);
    encoder->to(type);
    const at::Tensor x =
        images_of_torchvision(64).to(type).contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor loss = at::zeros({}, type);
    for (const Tap tap : {Tap::kPooled, Tap::kFlat, Tap::kLayers}) {
      const at::Tensor h = encoder(x, tap);
      loss = loss + (h * wave(h.numel(), 0.3, 0.2).to(type).reshape(h.sizes())).sum();
      for (const auto& norm : encoder->modules()) {  // the first pass alone moves the statistics
        if (auto* const part = norm->as<BatchNormImpl>()) part->momentum = 0;
      }
    }
    loss.backward();
    const double share = type == at::kDouble ? 1e-7 : 2e-2;
    const auto near = [&](const at::Tensor& tensor, size_t k, double value) {
      const double size = tensor.norm().item<double>() * std::sqrt(0.5);
      EXPECT_NEAR(along(k, tensor.to(at::kDouble)), value, share * size + 1e-9)
          << expected["names"][k];
    };
    std::map<std::string, at::Tensor> state = state_of(encoder);
    for (size_t k = 0; k < expected["names"].size(); ++k) {
      const std::string name = expected["names"][k];
      const bool parameter = trained["gradients"].contains(name);
      near(parameter ? state.at(name).grad() : state.at(name), k,
           trained[parameter ? "gradients" : "buffers"][name]);
    }
  }
}

TEST(Resnet, SidesAreThoseOfStemAndStages) {
  const auto sides = [](Stem stem, const std::vector<int64_t>& blocks, int64_t side) {
    return shape_of({.kind = EncoderKind::kResnet, .blocks = blocks, .stem = stem, .side = side})
        .sides;
  };
  using Sides = std::vector<int64_t>;
  EXPECT_EQ(sides(Stem::kImagenet, {2, 2, 2, 2}, 96), (Sides{96, 48, 24, 24, 12, 6, 3}));
  EXPECT_EQ(sides(Stem::kImagenet, {1, 1, 1, 1}, 64), (Sides{64, 32, 16, 16, 8, 4, 2}));
  EXPECT_EQ(sides(Stem::kImagenet, {2, 2, 2, 2}, 32), (Sides{32, 16, 8, 8, 4, 2, 1}));
  EXPECT_EQ(sides(Stem::kSmall, {1, 1, 1}, 64), (Sides{64, 64, 64, 32, 16}));
  EXPECT_EQ(sides(Stem::kStride2, {1, 1}, 97), (Sides{97, 49, 49, 25}));
}

TEST(Resnet, ParametersAndWorkAreTheKnownOnes) {
  const auto parameters = [](const EncoderOptions& options) {
    int64_t count = 0;
    for (const at::Tensor& one : made(options)->parameters()) count += one.numel();
    return count;
  };
  EXPECT_EQ(parameters(resnet18()), 11'689'512 - 513'000);  // torchvision's less its fc
  EncoderOptions ten = resnet18(224);
  EXPECT_NEAR(static_cast<double>(shape_of(ten).work.forward), 2 * 1.814e9,
              2e6);  // He et al.: 1.8e9
  ten.blocks = {1, 1, 1, 1};
  EXPECT_EQ(parameters(ten), 4'905'792);
  ten.side = 64;
  EXPECT_NEAR(static_cast<double>(shape_of(ten).work.forward), 2 * 72.55e6, 0.1e6);
}

TEST(Resnet, LayersAreTheLaterStages) {
  const EncoderShape shape = shape_of(resnet18());
  EXPECT_EQ(shape.width(Tap::kPooled), 512);
  EXPECT_EQ(shape.width(Tap::kFlat), 512 * 9);
  EXPECT_EQ(shape.width(Tap::kLayers), 128 + 256 + 512);
  EXPECT_EQ(shape.width(Tap::kQuadrants), 4 * (64 + 128 + 256 + 512));
  EXPECT_EQ(shape_of(resnet18(32)).width(Tap::kQuadrants), 4 * (64 + 128 + 256) + 512);
  EXPECT_FALSE(shape.has(Tap::kDense));
  EXPECT_FALSE(shape.needs_two_images);
  EXPECT_TRUE(shape_of(resnet18(32)).needs_two_images);
}

TEST(Resnet, InitialWeightsAreHesAndNormsBeginAtOneOrZero) {
  for (const bool zero : {false, true}) {
    EncoderOptions options = resnet18();
    options.zero_init_residual = zero;
    std::map<std::string, at::Tensor> state = state_of(made(options));
    const at::Tensor weight = state.at("layer3.1.conv2.weight").detach();
    const auto count = static_cast<double>(weight.numel());
    const double deviation = std::sqrt(2.0 / (256 * 9));
    EXPECT_NEAR(weight.mean().item<double>(), 0, 5 * deviation / std::sqrt(count));
    EXPECT_NEAR(weight.std().item<double>(), deviation, 5 * deviation / std::sqrt(2 * count));
    EXPECT_NEAR(weight.pow(4).mean().item<double>(), 3 * std::pow(deviation, 4),
                0.02 * std::pow(deviation, 4));
    EXPECT_EQ(state.at("layer1.0.bn1.weight").min().item<float>(), 1);
    EXPECT_EQ(state.at("layer1.0.bn2.weight").max().item<float>(), zero ? 0 : 1);
    EXPECT_EQ(state.at("layer2.0.downsample.1.weight").max().item<float>(), 1);
  }
}

TEST(Resnet, ABlockThatBeginsAtZeroPassesItsInput) {
  InitStream init;
  BasicBlock block(16, 16, 1, /*zero_init_residual=*/true, init);
  const at::Tensor x = wave(2 * 16 * 25, 0.7, 0).abs().to(at::kFloat).reshape({2, 16, 5, 5});
  EXPECT_TRUE(at::equal(block(x), x));
}

TEST(Resnet, StagesThatAreNotThereAndForeignOptionsAreRefused) {
  const auto refused = [](const EncoderOptions& options, const std::string& part) {
    expect_says(message_of<ConfigError>([&] { shape_of(options); }), {part});
  };
  for (const size_t stages : {0, 1, 5}) {
    EncoderOptions options = resnet18();
    options.blocks.assign(stages, 1);
    refused(options, "found " + std::to_string(stages));
  }
  EncoderOptions options = resnet18();
  options.widths = int64_t{32};
  refused(options, "`encoder.widths`");
  options = resnet18();
  options.pools = std::vector<int64_t>{1};
  refused(options, "`encoder.pools`");
  refused({.stem = Stem::kSmall}, "`encoder.stem`");
  refused({.blocks = {1, 1}}, "`encoder.blocks`");
  EXPECT_NO_THROW(shape_of({.kind = EncoderKind::kResnet, .pools = false, .batch_norm = true}));
  InitStream init;
  EXPECT_THROW(make_encoder(resnet18(), init, Tap::kDense), ConfigError);
}

}  // namespace
}  // namespace stl10
