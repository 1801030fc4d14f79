#include "stl10/train/checkpoint.h"

#include <ATen/core/grad_mode.h>
#include <c10/util/StringUtil.h>

#include "stl10/base/error.h"
#include "stl10/base/safetensors.h"

namespace stl10 {
namespace {

constexpr char kFormat[] = "stl10-checkpoint-1";

std::string optimizer_prefix(size_t index) { return "optimizer." + std::to_string(index) + "."; }

/// Parameters and buffers by name; the tensors share memory with the network.
std::vector<NamedTensor> tensors_of(const torch::nn::Module& network) {
  std::vector<NamedTensor> tensors;
  for (const auto& item : network.named_parameters())
    tensors.emplace_back(item.key(), item.value());
  for (const auto& item : network.named_buffers()) tensors.emplace_back(item.key(), item.value());
  return tensors;
}

std::string shape_text(const at::Tensor& tensor) { return c10::str(tensor.sizes()); }

TensorFile load_checked(const std::filesystem::path& path) {
  TensorFile file = load_safetensors(path);
  const auto format = file.metadata.find("format");
  if (format == file.metadata.end()) {
    throw DataError({path.string() + " is not a checkpoint of this program",
                     "metadata `format` " + std::string(kFormat), "none", "name another file"});
  }
  if (format->second != kFormat) {
    throw UsageError({path.string() + " has another checkpoint version", kFormat, format->second,
                      "use the version of stl10 that wrote it"});
  }
  return file;
}

std::string metadata(const std::filesystem::path& path, const TensorFile& file,
                     const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) {
    throw DataError({path.string() + " is damaged", "metadata `" + key + "`", "none",
                     "use another checkpoint"});
  }
  return found->second;
}

void copy_weights(const std::filesystem::path& path, const TensorFile& file,
                  torch::nn::Module& network) {
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : tensors_of(network)) {
    const auto saved = file.tensors.find(name);
    const bool fits = saved != file.tensors.end() && saved->second.sizes() == tensor.sizes();
    if (!fits) {
      throw UsageError({path.string() + " doesn't fit this network",
                        name + " of shape " + shape_text(tensor),
                        saved == file.tensors.end() ? "none" : shape_text(saved->second),
                        "use the options of the run that wrote it"});
    }
    tensor.copy_(saved->second);
  }
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const Task& task, const TrainState& state,
                     const std::string& config) {
  TensorFile file;
  for (const auto& [name, tensor] : tensors_of(task.network)) file.tensors[name] = tensor;
  for (size_t k = 0; k < task.optimizers.size(); ++k) {
    for (const auto& [name, tensor] : task.optimizers[k].optimizer.state()) {
      file.tensors[optimizer_prefix(k) + name] = tensor;
    }
  }
  const int64_t steps = task.optimizers.empty() ? 0 : task.optimizers[0].optimizer.steps();
  file.metadata = {{"format", kFormat},
                   {"config", config},
                   {"step", std::to_string(steps)},
                   {"state", to_json(state).dump()}};
  save_safetensors(path, file);
}

TrainState load_checkpoint(const std::filesystem::path& path, Task& task) {
  const TensorFile file = load_checked(path);
  copy_weights(path, file, task.network);
  const std::string step = metadata(path, file, "step");
  for (size_t k = 0; k < task.optimizers.size(); ++k) {
    std::map<std::string, at::Tensor> saved;
    const std::string prefix = optimizer_prefix(k);
    for (const auto& [name, tensor] : file.tensors) {
      if (name.starts_with(prefix)) saved[name.substr(prefix.size())] = tensor;
    }
    task.optimizers[k].optimizer.restore(saved, parse_json(step, path.string()).get<int64_t>());
  }
  return train_state_from_json(parse_json(metadata(path, file, "state"), path.string()));
}

void load_weights(const std::filesystem::path& path, torch::nn::Module& network) {
  copy_weights(path, load_checked(path), network);
}

Json checkpoint_config(const std::filesystem::path& path) {
  const TensorFile file = load_checked(path);
  return parse_json(metadata(path, file, "config"), path.string());
}

}  // namespace stl10
