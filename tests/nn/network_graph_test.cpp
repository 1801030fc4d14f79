#include "stl10/nn/network_graph.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "stl10/nn/encoder.h"

namespace stl10 {
namespace {

/// What the nodes say, by LibTorch's own operations.
at::Tensor computed(const NetworkGraph& network, const std::string& wanted,
                    const at::Tensor& image) {
  std::map<std::string, at::Tensor> values = network.constants();
  values["image"] = image;
  for (const GraphNode& node : network.nodes()) {
    const auto in = [&](size_t i) {
      return i < node.inputs.size() ? values.at(node.inputs[i]) : at::Tensor();
    };
    const auto list = [&](const char* name, std::vector<int64_t> otherwise = {}) {
      const auto found = node.attributes.find(name);
      return found == node.attributes.end() ? otherwise
                                            : std::get<std::vector<int64_t>>(found->second);
    };
    const auto padded = [&](double filler) {
      const std::vector<int64_t> pads = list("pads", {0, 0, 0, 0});
      return at::constant_pad_nd(in(0), {pads[1], pads[3], pads[0], pads[2]}, filler);
    };
    at::Tensor& y = values[node.output];
    if (node.operation == "Conv") {
      y = at::conv2d(padded(0), in(1), in(2), list("strides"));
    } else if (node.operation == "BatchNormalization") {
      y = at::batch_norm(in(0), in(1), in(2), in(3), in(4), /*training=*/false, 0,
                         std::get<double>(node.attributes.at("epsilon")), false);
    } else if (node.operation == "Relu") {
      y = at::relu(in(0));
    } else if (node.operation == "MaxPool") {
      y = at::max_pool2d(padded(-1e30), list("kernel_shape"), list("strides"));
    } else if (node.operation == "Add") {
      y = in(0) + in(1);
    } else if (node.operation == "ReduceMean") {
      y = in(0).mean(list("axes"));
    } else if (node.operation == "Transpose") {
      y = in(0).permute(list("perm"));
    } else if (node.operation == "Flatten") {
      y = in(0).flatten(1);
    } else if (node.operation == "Gemm") {
      y = at::linear(in(0), in(1), in(2));
    } else if (node.operation == "Concat") {
      std::vector<at::Tensor> parts;
      for (size_t i = 0; i < node.inputs.size(); ++i) parts.push_back(in(i));
      y = at::cat(parts, 1);
    } else if (node.operation == "Slice") {
      y = in(0);
      for (int64_t i = 0; i < in(3).numel(); ++i) {
        y = y.slice(in(3)[i].item<int64_t>(), in(1)[i].item<int64_t>(), in(2)[i].item<int64_t>());
      }
    } else {
      ADD_FAILURE() << node.operation;
    }
  }
  return values.at(wanted);
}

/// An encoder whose batch statistics and weights are not the initial ones.
Encoder used(const EncoderOptions& options) {
  InitStream init{.seed = 2};
  Encoder encoder = make_encoder(options, init);
  estimate_statistics(*encoder, [&] {
    encoder(at::rand({8, 3, options.side, options.side}), encoder->shape().taps.front().first);
  });
  encoder->eval();
  return encoder;
}

class NetworkGraphOf : public ::testing::TestWithParam<EncoderOptions> {};

TEST_P(NetworkGraphOf, AnEncoderSaysWhatTheEncoderSaysAtEveryTap) {
  const at::NoGradGuard no_grad;
  Encoder encoder = used(GetParam());
  const int64_t side = GetParam().side;
  const at::Tensor x = at::rand({3, 3, side, side});
  for (const auto& [tap, features] : encoder->shape().taps) {
    NetworkGraph network;
    const std::string value = encoder->add_to(network, "encoder.", "image", tap);
    network.name_output(value, "features");
    const at::Tensor y = computed(network, "features", x);
    EXPECT_EQ(y.sizes(), at::IntArrayRef({3, features}));
    EXPECT_TRUE(at::allclose(y, encoder(x, tap), 1e-4, 1e-5)) << name_of(tap);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, NetworkGraphOf,
    ::testing::Values(
        EncoderOptions{.width = 4}, EncoderOptions{.width = 4, .batch_norm = true, .side = 64},
        EncoderOptions{.width = 4, .padding = Padding::kValid, .pools = false, .batch_norm = true},
        EncoderOptions{.width = 4,
                       .kernel = 4,
                       .strides = std::vector<int64_t>{2, 1, 3, 1},
                       .padding = Padding::kSymmetric,
                       .pools = std::vector<int64_t>{2},
                       .side = 71},
        EncoderOptions{.width = 4,
                       .features = 7,
                       .kernel = 5,
                       .padding = Padding::kSame,
                       .pools = std::vector<int64_t>{1},
                       .side = 33},
        EncoderOptions{.kind = EncoderKind::kResnet, .width = 8, .blocks = {1, 2, 1}},
        EncoderOptions{.kind = EncoderKind::kResnet,
                       .width = 8,
                       .blocks = {2, 1},
                       .stem = Stem::kSmall,
                       .side = 35},
        EncoderOptions{.kind = EncoderKind::kResnet,
                       .width = 8,
                       .blocks = {1, 1, 1, 1},
                       .stem = Stem::kStride2,
                       .side = 64}));

TEST(NetworkGraph, HasEachConstantOnce) {
  NetworkGraph network;
  network.constant("a", at::ones({1}));
  EXPECT_ANY_THROW(network.constant("a", at::ones({1})));
}

TEST(NetworkGraph, NamesAValueWhereverItIsUsed) {
  NetworkGraph network;
  const std::string h = network.add("Relu", {"image"});
  network.add("Add", {h, h});
  network.name_output(h, "features");
  EXPECT_EQ(network.nodes()[0].output, "features");
  EXPECT_EQ(network.nodes()[1].inputs, (std::vector<std::string>{"features", "features"}));
}

}  // namespace
}  // namespace stl10
