#include "stl10/nn/resnet.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <memory>

#include "stl10/base/error.h"
#include "stl10/nn/quadrants.h"

namespace stl10 {
namespace {

constexpr int64_t kDefaultStageWidth = 64;
constexpr int64_t kStemPool = 3, kStageStride = 2;

/// The first convolution.
struct StemShape {
  int64_t kernel, stride;
  bool pools;  ///< 3×3 with stride 2 and a padding of 1 behind it
};

StemShape stem_of(const EncoderOptions& options) {
  switch (options.stem) {
    case Stem::kImagenet:
      return {7, 2, true};
    case Stem::kSmall:
      return {3, 1, false};
    case Stem::kStride2:
      break;
  }
  return {3, 2, false};
}

/// Of stage `stage`, from 0 on.
int64_t stage_width(const EncoderOptions& options, size_t stage) {
  return options.width.value_or(kDefaultStageWidth) << stage;
}
int64_t stage_stride(size_t stage) { return stage == 0 ? 1 : kStageStride; }

Conv convolution(int64_t in, int64_t out, int64_t kernel, int64_t stride, InitStream& init) {
  return Conv(in, out, kernel, stride, Padding::kSymmetric, init, /*has_bias=*/false,
              InitialWeights::kHe);
}

int64_t strided_side(int64_t side, int64_t kernel, int64_t stride) {
  return convolved_side(side, kernel, stride, Padding::kSymmetric);
}

/// Of image, stem, its pool where there is one, and stages.
std::vector<int64_t> sides_of_stages(const EncoderOptions& options) {
  const StemShape stem = stem_of(options);
  std::vector<int64_t> sides = {options.side, strided_side(options.side, stem.kernel, stem.stride)};
  if (stem.pools) sides.push_back(strided_side(sides.back(), kStemPool, kStageStride));
  for (size_t stage = 0; stage < options.blocks.size(); ++stage) {
    sides.push_back(strided_side(sides.back(), 3, stage_stride(stage)));
  }
  return sides;
}

EncoderWork work_of_stages(const EncoderOptions& options, const std::vector<int64_t>& sides) {
  const StemShape stem = stem_of(options);
  const auto of_convolution = [](int64_t side, int64_t in, int64_t out, int64_t kernel) {
    return 2 * side * side * in * out * kernel * kernel;
  };
  const int64_t first = of_convolution(sides[1], kChannels, stage_width(options, 0), stem.kernel);
  int64_t forward = first, in = stage_width(options, 0);
  for (size_t stage = 0; stage < options.blocks.size(); ++stage) {
    const int64_t side = sides[sides.size() - options.blocks.size() + stage];
    const int64_t out = stage_width(options, stage);
    forward += of_convolution(side, in, out, 3) +
               (2 * options.blocks[stage] - 1) * of_convolution(side, out, out, 3);
    if (in != out) forward += of_convolution(side, in, out, 1);
    in = out;
  }
  return {.forward = forward, .backward = 2 * forward - first};
}

int64_t receptive_field_of_stages(const EncoderOptions& options) {
  const StemShape stem = stem_of(options);
  ReceptiveField field;
  field.add(stem.kernel, stem.stride);
  if (stem.pools) field.add(kStemPool, kStageStride);
  for (size_t stage = 0; stage < options.blocks.size(); ++stage) {
    for (int64_t block = 0; block < options.blocks[stage]; ++block) {
      field.add(3, block == 0 ? stage_stride(stage) : 1);
      field.add(3, 1);
    }
  }
  return field.side;
}

void check_stages(const EncoderOptions& options) {
  constexpr size_t kFewest = 2, kMost = 4;
  refuse_foreign(options.widths.has_value(), "widths", EncoderKind::kConv4);
  refuse_foreign(options.strides != EncoderOptions{}.strides, "strides", EncoderKind::kConv4);
  refuse_foreign(std::holds_alternative<std::vector<int64_t>>(options.pools), "pools",
                 EncoderKind::kConv4);
  refuse_foreign(options.features != 0, "features", EncoderKind::kConv4);
  refuse_foreign(options.kernel != EncoderOptions{}.kernel, "kernel", EncoderKind::kConv4);
  const size_t stages = options.blocks.size();
  if (stages < kFewest || stages > kMost) {
    throw ConfigError({"`encoder.blocks` has a number for each stage", "two to four numbers",
                       std::to_string(stages), "correct the list"});
  }
}

}  // namespace

BasicBlockImpl::BasicBlockImpl(int64_t in, int64_t out, int64_t stride, bool zero_init_residual,
                               InitStream& init)
    : conv1_(register_module("conv1", convolution(in, out, 3, stride, init))),
      conv2_(register_module("conv2", convolution(out, out, 3, 1, init))),
      norm1_(register_module("bn1", BatchNorm(out))),
      norm2_(register_module("bn2", BatchNorm(out))) {
  if (stride != 1 || in != out) {
    const auto downsample = register_module("downsample", std::make_shared<torch::nn::Module>());
    shortcut_ = downsample->register_module("0", convolution(in, out, 1, stride, init));
    shortcut_norm_ = downsample->register_module("1", BatchNorm(out));
  }
  if (zero_init_residual) {
    const at::NoGradGuard no_grad;
    norm2_->weight.zero_();
  }
}

at::Tensor BasicBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor h = conv2_(norm1_->relu_of(conv1_(x), 0));
  return norm2_->relu_of_sum(h, shortcut_ ? shortcut_norm_(shortcut_(x)) : x);
}

std::string BasicBlockImpl::add_to(NetworkGraph& graph, const std::string& prefix,
                                   const std::string& x, int64_t side) const {
  const int64_t inner = convolved_side(side, 3, conv1_->stride(), conv1_->padding());
  std::string h =
      norm1_->add_to(graph, prefix + "bn1", conv1_->add_to(graph, prefix + "conv1", x, side));
  h = conv2_->add_to(graph, prefix + "conv2", graph.add("Relu", {h}), inner);
  h = norm2_->add_to(graph, prefix + "bn2", h);
  std::string passed = x;
  if (shortcut_) {
    passed = shortcut_norm_->add_to(graph, prefix + "downsample.1",
                                    shortcut_->add_to(graph, prefix + "downsample.0", x, side));
  }
  return graph.add("Relu", {graph.add("Add", {h, passed})});
}

EncoderShape ResnetImpl::shape_of(const EncoderOptions& options, std::optional<Tap>) {
  check_stages(options);
  const std::vector<int64_t> sides = sides_of_stages(options);
  const size_t stages = options.blocks.size();
  const int64_t width = stage_width(options, stages - 1);
  int64_t layers = 0, quadrants = 0;
  for (size_t stage = 0; stage < stages; ++stage) {
    if (stage > 0) layers += stage_width(options, stage);
    quadrants += stage_width(options, stage) * quadrant_count(sides[sides.size() - stages + stage]);
  }
  return {.sides = sides,
          .taps = {{Tap::kPooled, width},
                   {Tap::kFlat, width * sides.back() * sides.back()},
                   {Tap::kLayers, layers},
                   {Tap::kQuadrants, quadrants}},
          .map_tap = Tap::kPooled,
          .receptive_field = receptive_field_of_stages(options),
          .work = work_of_stages(options, sides),
          .needs_two_images = sides.back() == 1};
}

ResnetImpl::ResnetImpl(const EncoderOptions& options, InitStream& init, std::optional<Tap> last)
    : EncoderImpl(shape_of(options, last)), pools_(stem_of(options).pools) {
  const StemShape stem = stem_of(options);
  int64_t in = stage_width(options, 0);
  conv1_ = register_module("conv1", convolution(kChannels, in, stem.kernel, stem.stride, init));
  norm1_ = register_module("bn1", BatchNorm(in));
  for (size_t stage = 0; stage < options.blocks.size(); ++stage) {
    const int64_t out = stage_width(options, stage);
    const auto layer =
        register_module("layer" + std::to_string(stage + 1), std::make_shared<torch::nn::Module>());
    std::vector<BasicBlock>& blocks = stages_.emplace_back();
    for (int64_t block = 0; block < options.blocks[stage]; ++block) {
      const int64_t stride = block == 0 ? stage_stride(stage) : 1;
      blocks.push_back(layer->register_module(
          std::to_string(block), BasicBlock(in, out, stride, options.zero_init_residual, init)));
      in = out;
    }
  }
}

at::Tensor ResnetImpl::forward(const at::Tensor& x, Tap tap) {
  at::Tensor map = norm1_->relu_of(conv1_(x), 0);
  if (pools_) map = at::max_pool2d(map, kStemPool, kStageStride, /*padding=*/1);
  std::vector<at::Tensor> joined;
  for (std::vector<BasicBlock>& stage : stages_) {
    for (BasicBlock& block : stage) map = block(map);
    if (tap == Tap::kLayers && &stage != &stages_.front()) joined.push_back(map.mean({2, 3}));
    if (tap == Tap::kQuadrants) joined.push_back(quadrant_means(map));
  }
  if (!joined.empty()) return at::cat(joined, 1);
  if (tap == Tap::kPooled) return map.mean({2, 3});
  TORCH_CHECK(tap == Tap::kFlat, "a residual network has no tap ", name_of(tap));
  return map.permute({0, 2, 3, 1}).flatten(1);
}

std::string ResnetImpl::add_to(NetworkGraph& graph, const std::string& prefix, const std::string& x,
                               Tap tap) const {
  const std::vector<int64_t>& sides = shape().sides;
  std::string map = conv1_->add_to(graph, prefix + "conv1", x, sides[0]);
  map = graph.add("Relu", {norm1_->add_to(graph, prefix + "bn1", map)});
  if (pools_) {
    map = graph.add("MaxPool", {map},
                    {{"kernel_shape", std::vector<int64_t>{kStemPool, kStemPool}},
                     {"strides", std::vector<int64_t>{kStageStride, kStageStride}},
                     {"pads", std::vector<int64_t>{1, 1, 1, 1}}});
  }
  std::vector<std::string> joined;
  for (size_t stage = 0; stage < stages_.size(); ++stage) {
    const size_t place = sides.size() - stages_.size() + stage;
    for (size_t block = 0; block < stages_[stage].size(); ++block) {
      const std::string name = "layer" + std::to_string(stage + 1) + "." + std::to_string(block);
      map = stages_[stage][block]->add_to(graph, prefix + name + ".", map,
                                          sides[block == 0 ? place - 1 : place]);
    }
    if (tap == Tap::kLayers && stage > 0) joined.push_back(graph::mean_of_map(graph, map));
    if (tap == Tap::kQuadrants) joined.push_back(graph::quadrant_means(graph, map, sides[place]));
  }
  if (!joined.empty()) return graph::joined(graph, joined);
  return tap == Tap::kPooled ? graph::mean_of_map(graph, map) : graph::flat_map(graph, map);
}

}  // namespace stl10
