#include "stl10/nn/conv4.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "data/tiny_data.h"
#include "golden.h"
#include "stl10/base/error.h"
#include "stl10/base/image.h"
#include "stl10/loss/cross_entropy.h"
#include "stl10/nn/classifier.h"

namespace stl10 {
namespace {

using testing::distance;
using testing::expect_says;
using testing::golden;
using testing::message_of;
using testing::tensor_of;
using testing::wave;

constexpr int64_t kWidth = 4, kOutputs = 6, kImages = 3;

int64_t parameter_count(const torch::nn::Module& module) {
  int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

/// A Keras kernel (…, in, out) as ours: (out, in, rows, columns) or (out, in).
at::Tensor from_keras(const at::Tensor& kernel) {
  return kernel.dim() == 4 ? kernel.permute({3, 2, 0, 1}) : kernel.t();
}

at::Tensor to_keras(const at::Tensor& weight) {
  if (weight.dim() == 4) return weight.permute({2, 3, 1, 0});
  return weight.dim() == 2 ? weight.t() : weight;
}

/// The weights of make_golden.py's set_weights.
void set_weights(Classifier& classifier) {
  const at::NoGradGuard no_grad;
  int k = 0;
  for (at::Tensor& parameter : classifier->parameters()) {
    const at::Tensor shape_like = to_keras(parameter);
    const double fan_in =
        static_cast<double>(shape_like.numel()) / static_cast<double>(shape_like.size(-1));
    const double scale = parameter.dim() > 1 ? 1.2 / std::sqrt(fan_in) : 0.1;
    const at::Tensor values = (scale * wave(parameter.numel(), 0.61 + 0.07 * k, 0.3 * k))
                                  .reshape(shape_like.sizes())
                                  .to(at::kFloat);
    parameter.copy_(parameter.dim() > 1 ? from_keras(values) : values);
    ++k;
  }
}

EncoderOptions options_of(const Json& given) {
  return {.width = kWidth,
          .padding = given["padding"] == "same" ? Padding::kSame : Padding::kValid,
          .pools = given["pools"].get<bool>()};
}

TEST(Conv4, OutputsAndGradientsEqualKeras) {
  const Json goldens = golden("conv4_keras.json");
  for (const Json& expected : goldens["cases"]) {
    InitStream init;
    Classifier classifier(options_of(expected), HeadOptions{kOutputs}, kOutputs, init);
    set_weights(classifier);
    const at::Tensor x = (0.5 + 0.5 * wave(kImages * kSide * kSide * 3, 0.37, 0.1))
                             .reshape({kImages, kSide, kSide, 3})
                             .permute({0, 3, 1, 2})
                             .to(at::kFloat);
    const at::Tensor logits = classifier->forward(x);
    EXPECT_LT(distance(logits.flatten(), tensor_of(expected["logits"])), 2e-6) << expected["pools"];
    const at::Tensor labels = at::tensor({1, 4, 2}, at::kLong);
    const at::Tensor loss = cross_entropy(logits, labels, 0);
    EXPECT_NEAR(loss.item<double>(), expected["loss"].get<double>(), 2e-6);
    loss.backward();
    const std::vector<at::Tensor> parameters = classifier->parameters();
    ASSERT_EQ(parameters.size(), expected["gradients"].size());
    for (size_t k = 0; k < parameters.size(); ++k) {
      const at::Tensor gradient = to_keras(parameters[k].grad()).contiguous();
      EXPECT_EQ(gradient.sizes().vec(), expected["shapes"][k].get<std::vector<int64_t>>());
      EXPECT_LT(distance(gradient.flatten(), tensor_of(expected["gradients"][k])), 1e-5) << k;
    }
  }
}

TEST(Conv4, ParameterCountsEqualKeras) {
  const Json counts = golden("conv4_keras.json")["parameters_at_width_128"];
  InitStream init;
  const auto count = [&](const EncoderOptions& options) {
    return parameter_count(*Conv4(options, init));
  };
  EXPECT_EQ(count({}), counts["pools=True padding=same"]);
  EXPECT_EQ(count({.pools = false}), counts["pools=False padding=same"]);
  EXPECT_EQ(count({.padding = Padding::kValid, .pools = false}),
            counts["pools=False padding=valid"]);
  // Batch normalization brings a scale and a shift a channel and makes the bias needless.
  EXPECT_EQ(count({.batch_norm = true}) - count({}), 4 * (2 - 1) * 128);
}

TEST(Conv4, MapSidesAreThoseOfTheReport) {
  const auto sides = [](const EncoderOptions& options) { return shape_of(options).sides; };
  EXPECT_EQ(sides({}), (std::vector<int64_t>{96, 48, 24, 12, 6, 3, 1, 1}));
  EXPECT_EQ(sides({.pools = false}), (std::vector<int64_t>{96, 48, 24, 12, 6}));
  EncoderOptions options{.padding = Padding::kValid, .pools = false};
  EXPECT_EQ(sides(options), (std::vector<int64_t>{96, 47, 23, 11, 5}));
  options.side = 64;
  EXPECT_EQ(sides(options), (std::vector<int64_t>{64, 31, 15, 7, 3}));
}

TEST(Conv4, ListsAreOneNumberForEachConvolution) {
  const EncoderOptions options{.widths = std::vector<int64_t>{16, 32, 48, 24},
                               .strides = std::vector<int64_t>{2, 1, 2, 1},
                               .padding = Padding::kSymmetric,
                               .pools = std::vector<int64_t>{4, 2},
                               .batch_norm = true};
  const EncoderShape shape = shape_of(options);
  EXPECT_EQ(shape.sides, (std::vector<int64_t>{96, 48, 48, 24, 12, 12, 6}));
  EXPECT_EQ(shape.width(Tap::kPooled), 24);
  EXPECT_EQ(shape.width(Tap::kDense), 24);
  EXPECT_EQ(shape.width(Tap::kFlat), 24 * 36);
  EXPECT_EQ(shape.width(Tap::kLayers), 32 + 48 + 24);
  InitStream init;
  Conv4 encoder(options, init);
  const auto parameters = encoder->named_parameters();
  EXPECT_EQ(parameters["conv2.weight"].sizes(), at::IntArrayRef({32, 16, 3, 3}));
  EXPECT_EQ(parameters["norm4.weight"].size(0), 24);
  EXPECT_EQ(shape_of({.widths = int64_t{32}}).width(Tap::kPooled), 32);
  EXPECT_EQ(shape_of({.width = 8, .widths = int64_t{32}}).width(Tap::kPooled), 32);
  EXPECT_EQ(shape_of({}).width(Tap::kPooled), 128);
}

TEST(Conv4, PoolsFollowTheConvolutionsThatAreListed) {
  EncoderOptions options{.padding = Padding::kValid, .pools = std::vector<int64_t>{1}};
  EXPECT_EQ(shape_of(options).sides, (std::vector<int64_t>{96, 47, 23, 11, 5, 2}));
  options.pools = std::vector<int64_t>{};
  EXPECT_EQ(shape_of(options).sides, (std::vector<int64_t>{96, 47, 23, 11, 5}));
  options = {.pools = std::vector<int64_t>{1, 2, 3}};
  EXPECT_EQ(shape_of(options).sides, shape_of({}).sides);
}

TEST(Conv4, ListsThatDoNotFitAreRefused) {
  const auto refused = [](const EncoderOptions& options, const std::string& part) {
    expect_says(message_of<ConfigError>([&] { shape_of(options); }), {part});
  };
  refused({.widths = std::vector<int64_t>{8, 8, 8}}, "`encoder.widths`");
  refused({.widths = std::vector<int64_t>{8, 8, 8}}, "found a list of 3");
  refused({.strides = std::vector<int64_t>{1, 1, 1, 1, 1}}, "`encoder.strides`");
  refused({.pools = std::vector<int64_t>{1, 5}}, "found 5");
  refused({.pools = std::vector<int64_t>{0}}, "found 0");
  refused({.pools = std::vector<int64_t>{2, 2}}, "found 2");
}

/// Convolution, pool, normalization, ReLU: of LibTorch, one after the other.
TEST(Conv4, APoolComesBeforeTheNormalization) {
  for (const Padding padding : {Padding::kSame, Padding::kValid, Padding::kSymmetric}) {
    for (const int64_t width : {16, 12}) {  // through the fused operations and around them
      InitStream init{.seed = 5};
      Conv4 encoder(EncoderOptions{.width = width,
                                   .padding = padding,
                                   .pools = std::vector<int64_t>{1, 4},
                                   .batch_norm = true},
                    init);
      const at::Tensor x = wave(3 * 3 * kPixels, 0.2, 0)
                               .abs()
                               .to(at::kFloat)
                               .reshape({3, 3, kSide, kSide})
                               .contiguous(at::MemoryFormat::ChannelsLast);
      at::Tensor map = x;
      for (int layer = 1; layer <= 4; ++layer) {
        const std::string number = std::to_string(layer);
        const at::Tensor weight = encoder->named_parameters()["conv" + number + ".weight"];
        const bool behind = padding == Padding::kSame && map.size(2) % 2 == 0;
        if (behind) map = at::constant_pad_nd(map, {0, 1, 0, 1});
        const int64_t around = behind || padding == Padding::kValid ? 0 : 1;
        map = at::conv2d(map, weight, {}, 2, around);
        if (layer == 1 || layer == 4) map = at::max_pool2d(map, 2);
        map = at::relu(at::batch_norm(map, {}, {}, {}, {}, true, 0, 1e-5, false));
      }
      EXPECT_LT(distance(encoder(x, Tap::kFlat), map.permute({0, 2, 3, 1}).flatten(1)), 2e-3)
          << width;
    }
  }
}

TEST(Conv4, BatchNormalizationOfA1x1MapNeedsTwoImages) {
  EXPECT_TRUE(shape_of({.batch_norm = true}).needs_two_images);
  EXPECT_FALSE(shape_of({.batch_norm = false}).needs_two_images);
  EXPECT_FALSE(shape_of({.pools = false, .batch_norm = true}).needs_two_images);
}

TEST(Conv4, ValidPaddingWithPoolsIsRefusedWithTheMapSizes) {
  try {
    shape_of({.padding = Padding::kValid});
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("96→47→23→11→5→2→1→0"), std::string::npos)
        << error.what();
    EXPECT_EQ(error.exit_code(), 2);
  }
}

TEST(Conv4, FeaturesHaveTheirShapeAndAreNotNegative) {
  InitStream init{.seed = 5};
  Conv4 encoder(EncoderOptions{.width = 8, .features = 20, .batch_norm = true}, init);
  for (const int64_t images : {1, 5}) {
    encoder->train(images > 1);
    const at::Tensor h = encoder(
        wave(images * 3 * kPixels, 0.2, 0).abs().to(at::kFloat).reshape({images, 3, kSide, kSide}));
    EXPECT_EQ(h.sizes().vec(), (std::vector<int64_t>{images, 20}));
    EXPECT_GE(h.min().item<float>(), 0);
  }
}

TEST(Conv4, TapsAreTheDenseOutputAndTheLastMapFlattenedOrAveraged) {
  InitStream init{.seed = 5};
  Conv4 encoder(EncoderOptions{.width = 4, .features = 20, .pools = false}, init);
  const at::Tensor x =
      wave(2 * 3 * kPixels, 0.2, 0).abs().to(at::kFloat).reshape({2, 3, kSide, kSide});
  at::Tensor map = x;
  std::vector<at::Tensor> means, quadrants;
  for (int layer = 1; layer <= 4; ++layer) {
    auto* const conv = encoder->named_children()["conv" + std::to_string(layer)]->as<ConvImpl>();
    map = at::relu(conv->forward(map));
    if (layer > 1) means.push_back(map.mean({2, 3}));
    quadrants.push_back(at::adaptive_avg_pool2d(map, {2, 2}).permute({0, 2, 3, 1}).flatten(1));
  }
  const at::Tensor flat = encoder(x, Tap::kFlat);
  EXPECT_EQ(map.sizes().vec(), (std::vector<int64_t>{2, 4, 6, 6}));
  EXPECT_LT(distance(flat.reshape({2, 6, 6, 4}), map.permute({0, 2, 3, 1})), 1e-6);
  EXPECT_LT(distance(encoder(x, Tap::kPooled), means.back()), 1e-6);
  EXPECT_LT(distance(encoder(x, Tap::kLayers), at::cat(means, 1)), 1e-6);
  EXPECT_LT(distance(encoder(x, Tap::kQuadrants), at::cat(quadrants, 1)), 1e-6);
  auto* const dense = encoder->named_children()["dense"]->as<DenseImpl>();
  EXPECT_LT(distance(encoder(x), at::relu(dense->forward(flat))), 1e-6);
  for (const Tap tap : {Tap::kDense, Tap::kFlat, Tap::kPooled, Tap::kLayers, Tap::kQuadrants}) {
    EXPECT_EQ(encoder(x, tap).size(1), encoder->features(tap)) << name_of(tap);
  }
  EXPECT_EQ(encoder->features(Tap::kQuadrants), 64);
  EXPECT_EQ(encoder->features(Tap::kFlat), 144);
  EXPECT_EQ(encoder->features(Tap::kPooled), 4);
}

TEST(Conv4, AConvolutionBeforeBatchNormalizationHasNoBias) {
  InitStream init;
  for (const bool batch_norm : {false, true}) {
    Conv4 encoder(EncoderOptions{.width = 4, .batch_norm = batch_norm}, init);
    EXPECT_EQ(encoder->named_parameters().contains("conv1.bias"), !batch_norm);
    EXPECT_TRUE(encoder->named_parameters().contains("dense.bias"));
  }
}

TEST(Conv4, MemoryFormatOfTheImagesDoesNotMatter) {
  InitStream init{.seed = 5};
  Conv4 encoder(EncoderOptions{.width = 8}, init);
  const at::Tensor x =
      wave(2 * 3 * kPixels, 0.2, 0).abs().to(at::kFloat).reshape({2, 3, kSide, kSide});
  EXPECT_LT(distance(encoder(x), encoder(x.contiguous(at::MemoryFormat::ChannelsLast))), 1e-6);
}

TEST(Classifier, LogitsAreFp32WhateverTheEncodersType) {
  InitStream init{.seed = 5};
  Classifier classifier(EncoderOptions{.width = 8}, HeadOptions{0}, 10, init);
  const at::Tensor x =
      wave(2 * 3 * kPixels, 0.2, 0).abs().to(at::kFloat).reshape({2, 3, kSide, kSide});
  const at::Tensor exact = classifier(x), rounded = classifier(x, at::kBFloat16);
  EXPECT_EQ(rounded.scalar_type(), at::kFloat);
  EXPECT_FALSE(at::equal(rounded.to(at::kBFloat16).to(at::kFloat), rounded)) << "bf16 values";
  EXPECT_LT(distance(rounded, exact), 0.05 * exact.abs().max().item<double>());
}

TEST(Classifier, FewerOutputsThanClassesAreRefused) {
  InitStream init;
  EXPECT_THROW(Classifier(EncoderOptions{.width = 4}, HeadOptions{9}, 10, init), ConfigError);
  EXPECT_EQ(Classifier(EncoderOptions{.width = 4}, HeadOptions{0}, 10, init)->head->weight.size(0),
            10);
}

TEST(EncoderWork, OfTheReportsEncoder) {
  const EncoderWork work = shape_of({}).work;
  const int64_t adds = 48 * 48 * 128 * 27 + (12 * 12 + 3 * 3 + 1) * 128 * 1152 + 128 * 128;
  EXPECT_EQ(work.forward, 2 * adds);
  EXPECT_EQ(work.backward, 4 * adds - 2 * 48 * 48 * 128 * 27);
  EXPECT_NEAR(static_cast<double>(work.forward + work.backward), 167e6, 2e6);
}

TEST(EncoderWork, WithoutPoolsAndWithMoreFeatures) {
  const EncoderWork work =
      shape_of({.width = 8, .features = 5, .padding = Padding::kValid, .pools = false}).work;
  const int64_t adds = 47 * 47 * 8 * 27 + (23 * 23 + 11 * 11 + 5 * 5) * 8 * 72 + 5 * 5 * 8 * 5;
  EXPECT_EQ(work.forward, 2 * adds);
}

}  // namespace
}  // namespace stl10
