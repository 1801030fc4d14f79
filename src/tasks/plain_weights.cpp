#include "stl10/tasks/plain_weights.h"

#include <ATen/Functions.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/base/safetensors.h"
#include "stl10/tasks/pretrained.h"

namespace stl10 {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

bool is_left_aside(const std::string& name) {
  return name == "fc.weight" || name == "fc.bias" || name.ends_with("num_batches_tracked");
}

/// Blocks of each stage, as many as there are.
std::vector<int64_t> blocks_of(const Tensors& tensors) {
  std::vector<int64_t> blocks;
  const auto has = [&](int64_t block) {
    return tensors.contains("layer" + std::to_string(blocks.size()) + "." + std::to_string(block) +
                            ".conv1.weight");
  };
  while (blocks.size() < tensors.size()) {
    blocks.push_back(0);
    while (has(blocks.back())) ++blocks.back();
    if (blocks.back() == 0) break;
  }
  blocks.pop_back();
  return blocks;
}

[[noreturn]] void not_residual(const std::filesystem::path& path, const std::string& expected,
                               const std::string& found) {
  throw UsageError({path.string() + " holds no residual network of basic blocks", expected, found,
                    "save the state_dict of torchvision's resnet18 or resnet34 as safetensors"});
}

EncoderOptions options_of(const std::filesystem::path& path, const Tensors& tensors,
                          const PlainWeightsOptions& given) {
  constexpr const char* kFirst = "conv1.weight";
  const auto first = tensors.find(kFirst);
  if (first == tensors.end()) not_residual(path, std::string("a tensor ") + kFirst, "none");
  if (first->second.dim() != 4)
    not_residual(path, std::string(kFirst) + " of four dimensions", "another");
  EncoderOptions options{.kind = EncoderKind::kResnet, .stem = given.stem, .side = given.size};
  options.width = first->second.size(0);
  options.blocks = blocks_of(tensors);
  if (options.blocks.size() < 2)
    not_residual(path, "two to four stages layer1, layer2, …", "fewer");
  if (tensors.contains("layer1.0.conv3.weight"))
    not_residual(path, "two convolutions a block", "three");
  return options;
}

}  // namespace

Checkpoint open_weights(const std::filesystem::path& path, const PlainWeightsOptions& options) {
  if (!options.kind) return Checkpoint(path);
  if (*options.kind != EncoderKind::kResnet) {
    throw UsageError({"--encoder.kind names the kind of a file of plain weights", "resnet",
                      std::string(name_of(*options.kind)), "leave it out for a checkpoint"});
  }
  TensorFile file = load_safetensors(checkpoint_file(path));
  if (file.metadata.contains("format") && file.metadata.at("format").starts_with("stl10-")) {
    throw UsageError({path.string() + " says itself what it holds", "a file of plain weights", "",
                      "leave out --encoder.kind"});
  }
  std::erase_if(file.tensors, [](const auto& item) { return is_left_aside(item.first); });
  const EncoderOptions encoder = options_of(path, file.tensors, options);
  Tensors named;
  for (const auto& [name, tensor] : file.tensors) {
    named["encoder." + name] = tensor.is_floating_point() ? tensor.to(at::kFloat) : tensor;
  }
  return Checkpoint(path, std::move(named),
                    {.command = "weights", .encoder = encoder_json(encoder, Tap::kPooled)});
}

}  // namespace stl10
