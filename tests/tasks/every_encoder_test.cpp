#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "golden.h"
#include "stl10/data/toy.h"
#include "stl10/nn/encoder.h"
#include "stl10/nn/features.h"
#include "stl10/tasks/supervised.h"
#include "stl10/train/trainer.h"
#include "temporary_folder.h"

/// What every kind of encoder has to pass; a new kind is tested without a line here, a variant of
/// one by a line in `cases`.
namespace stl10 {
namespace {

struct EncoderCase {
  std::string name;
  EncoderOptions options;
};

std::vector<EncoderCase> cases() {
  std::vector<EncoderCase> all;
  for (size_t kind = 0; kind < enum_names(EncoderKind{}).size(); ++kind) {
    EncoderOptions options{.kind = static_cast<EncoderKind>(kind), .width = 16};
    const std::string name(name_of(options.kind));
    all.push_back({name, options});
    if (options.kind == EncoderKind::kResnet) options.blocks = {1, 1, 1, 1};
    if (options.kind == EncoderKind::kConv4) options.pools = std::vector<int64_t>{1};
    for (const int64_t side : {32, 64, 224}) {
      options.side = side;
      all.push_back({name + "_at_" + std::to_string(side), options});
    }
  }
  EncoderOptions unpooled{
      .width = 32, .padding = Padding::kValid, .pools = false, .batch_norm = true};
  all.push_back({"conv4_unpooled", unpooled});
  all.push_back({"conv4_pools_and_norms", {.width = 32, .batch_norm = true}});
  all.push_back({"conv4_of_no_fused_layer", {.width = 20, .kernel = 5}});
  unpooled.pools = std::vector<int64_t>{1};
  all.push_back({"conv4_one_early_pool_and_norms", unpooled});
  unpooled.padding = Padding::kSymmetric;
  unpooled.pools = std::vector<int64_t>{2, 4};
  unpooled.widths = std::vector<int64_t>{16, 32, 48, 24};
  unpooled.strides = std::vector<int64_t>{2, 1, 2, 1};
  all.push_back({"conv4_of_lists", unpooled});
  const auto resnet = [](Stem stem, const std::vector<int64_t>& blocks) {
    return EncoderOptions{
        .kind = EncoderKind::kResnet, .width = 16, .blocks = blocks, .stem = stem, .side = 64};
  };
  all.push_back({"resnet_small_stem", resnet(Stem::kSmall, {1, 1})});
  all.push_back({"resnet_stride2_stem", resnet(Stem::kStride2, {1, 2, 1})});
  all.push_back({"resnet_of_no_fused_layer", resnet(Stem::kStride2, {1, 1})});
  all.back().options.width = 12;
  return all;
}

class EveryEncoder : public ::testing::TestWithParam<EncoderCase> {
 protected:
  static Encoder make() {
    InitStream init{.seed = 7};
    return make_encoder(GetParam().options, init);
  }

  /// (count, 3, S, S) in [0, 1], none like another.
  static at::Tensor images(int64_t count) {
    const int64_t side = shape_of(GetParam().options).sides.front();
    return (testing::wave(count * 3 * side * side, 0.7, 0.1).to(at::kFloat) / 2 + 0.5)
        .reshape({count, 3, side, side})
        .contiguous(at::MemoryFormat::ChannelsLast);
  }
};

TEST_P(EveryEncoder, EachTapHasTheFeaturesThatTheShapeNames) {
  Encoder encoder = make();
  const EncoderShape& shape = encoder->shape();
  ASSERT_FALSE(shape.taps.empty());
  EXPECT_GT(shape.work.forward, 0);
  EXPECT_GT(shape.work.backward, shape.work.forward);
  const at::Tensor x = images(4);
  for (const auto& [tap, width] : shape.taps) {
    const at::Tensor h = encoder(x, tap);
    EXPECT_EQ(h.sizes(), at::IntArrayRef({4, width})) << name_of(tap);
    EXPECT_TRUE(h.isfinite().all().item<bool>()) << name_of(tap);
    InitStream init{.seed = 7};
    Encoder alone = make_encoder(GetParam().options, init, tap);
    EXPECT_TRUE(at::equal(alone(x, tap), h)) << name_of(tap) << ": without the layers behind it";
  }
}

TEST_P(EveryEncoder, AParameterHasAGradientWhereItReachesTheTap) {
  for (const auto& [tap, width] : shape_of(GetParam().options).taps) {
    Encoder encoder = make();
    encoder(images(4), tap).square().sum().backward();
    for (const auto& item : encoder->named_parameters()) {
      EXPECT_EQ(item.value().grad().defined(), encoder->reaches(item.key(), tap))
          << item.key() << " " << name_of(tap);
    }
  }
}

/// Directional derivatives by differences. ReLU and maxima have edges, which a step this small
/// meets in few places.
TEST_P(EveryEncoder, GradientsAreThoseOfDifferencesInFloat64) {
  constexpr double kStep = 1e-8;
  for (const auto& [tap, width] : shape_of(GetParam().options).taps) {
    Encoder encoder = make();
    encoder->to(at::kDouble);
    const at::Tensor x = images(3).to(at::kDouble);
    const at::Tensor weights = testing::wave(3 * width, 0.3, 0.2).reshape({3, width});
    const auto loss = [&, tap = tap] { return (encoder(x, tap) * weights).sum(); };
    loss().backward();
    const at::NoGradGuard no_grad;
    for (const auto& item : encoder->named_parameters()) {
      if (!encoder->reaches(item.key(), tap)) continue;
      at::Tensor parameter = item.value();
      at::Tensor direction = testing::wave(parameter.numel(), 0.9, 0.4).reshape(parameter.sizes());
      direction /= direction.norm();
      parameter += kStep * direction;
      const double above = loss().item<double>();
      parameter -= 2 * kStep * direction;
      const double below = loss().item<double>();
      parameter += kStep * direction;
      const double expected = (above - below) / (2 * kStep);
      const double found = (parameter.grad() * direction).sum().item<double>();
      EXPECT_NEAR(found, expected, 1e-4 * std::abs(expected) + 1e-5)
          << item.key() << " " << name_of(tap);
    }
  }
}

/// The operations that take float alone against those that take any type.
TEST_P(EveryEncoder, FloatGivesTheFeaturesAndGradientsOfFloat64) {
  constexpr double kFlips = 0.03;  // a value within rounding of 0 may pass its gradient or not
  for (const auto& [tap, width] : shape_of(GetParam().options).taps) {
    Encoder encoder = make(), exact = make();
    exact->to(at::kDouble);
    const at::Tensor x = images(4), h = encoder(x, tap), expected = exact(x.to(at::kDouble), tap);
    EXPECT_LT(testing::distance(h.to(at::kDouble), expected),
              1e-4 * expected.abs().max().item<double>());
    (h - 0.1).square().sum().backward();
    (expected - 0.1).square().sum().backward();
    for (const auto& item : encoder->named_parameters()) {
      if (!encoder->reaches(item.key(), tap)) continue;
      const at::Tensor gradient = exact->named_parameters()[item.key()].grad();
      EXPECT_LT((item.value().grad() - gradient).norm().item<double>(),
                kFlips * gradient.norm().item<double>())
          << item.key() << " " << name_of(tap);
    }
  }
}

TEST_P(EveryEncoder, EvaluationModeIgnoresNeighbours) {
  Encoder encoder = make();
  const at::Tensor x = images(4);
  const at::NoGradGuard no_grad;
  for (const bool training : {true, false}) {
    encoder->train(training);
    EXPECT_FALSE(!training && encoder->mixes_images());
    for (const auto& [tap, width] : encoder->shape().taps) {
      const at::Tensor beside = encoder(x, tap).slice(0, 0, 2),
                       alone = encoder(x.slice(0, 0, 2), tap);
      const double distance = testing::distance(beside, alone);
      const double size = beside.abs().max().item<double>();
      if (encoder->mixes_images()) {
        EXPECT_GT(distance, 1e-4 * size) << name_of(tap);
      } else {
        EXPECT_LT(distance, 1e-5 * size) << name_of(tap);
      }
    }
  }
}

TEST_P(EveryEncoder, AFloatBatchIsTakenInBfloat16) {
  constexpr double kRounding = 0.7;  // through 18 layers, each with its normalization of few values
  for (const auto& [tap, width] : shape_of(GetParam().options).taps) {
    Encoder encoder = make(), rounded = make();
    const at::Tensor x = images(8);
    const at::Tensor expected = features_at(encoder, x, tap, at::kFloat);
    const at::Tensor h = features_at(rounded, x, tap, at::kBFloat16);
    ASSERT_EQ(h.scalar_type(), at::kFloat);
    EXPECT_LT((h - expected).norm().item<double>(), 0.05 * expected.norm().item<double>())
        << name_of(tap);
    (expected - 0.1).square().sum().backward();
    (h - 0.1).square().sum().backward();
    for (const auto& item : rounded->named_parameters()) {
      if (!encoder->reaches(item.key(), tap)) continue;
      const at::Tensor gradient = encoder->named_parameters()[item.key()].grad();
      EXPECT_LT((item.value().grad() - gradient).norm().item<double>(),
                kRounding * gradient.norm().item<double>())
          << item.key() << " " << name_of(tap);
    }
  }
}

/// Trains an encoder with a head for some steps; a run that stops between two epochs and goes on
/// has the bits of one that doesn't.
TEST_P(EveryEncoder, AResumedRunHasTheSameBits) {
  const testing::TemporaryFolder folder;
  write_toy(folder / "toy", {.train = 24, .test = 10, .unlabeled = 1});
  const Dataset data = open_dataset(folder / "toy");
  const SupervisedOptions options{.batch_size = 8, .encoder = GetParam().options};
  const auto train_to = [&](int64_t epochs, SupervisedTask& task, const TrainState& state) {
    train({.epochs = epochs, .save = SavePlan{folder.path(), {.config = Json::object()}}}, task,
          state, {});
  };
  SupervisedTask whole(options, {.data = data}), first(options, {.data = data}),
      second(options, {.data = data});
  train_to(1, first, {});
  train_to(2, second, Checkpoint(folder.path()).restore(second));
  train_to(2, whole, {});
  for (const auto& item : whole.network().named_parameters()) {
    EXPECT_TRUE(at::equal(item.value(), second.network().named_parameters()[item.key()]))
        << item.key();
  }
  for (const auto& item : whole.network().named_buffers()) {
    EXPECT_TRUE(at::equal(item.value(), second.network().named_buffers()[item.key()]))
        << item.key();
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryEncoder, ::testing::ValuesIn(cases()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace stl10
