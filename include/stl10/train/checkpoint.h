#pragma once

#include <torch/nn/module.h>

#include <filesystem>
#include <string>
#include <vector>

#include "stl10/train/progress.h"
#include "stl10/train/trainer.h"

namespace stl10 {

/// Writes weights, buffers, optimizer state ("optimizer.<k>.…") and `state` in one safetensors file
/// with the metadata `format`, `config`, `step` and `state`.
void save_checkpoint(const std::filesystem::path& path, const Task& task, const TrainState& state,
                     const std::string& config);

/// Sets the task's weights, buffers and optimizers from a checkpoint and returns where it stood.
/// @throws DataError where it is damaged, UsageError where it doesn't fit the task.
TrainState load_checkpoint(const std::filesystem::path& path, Task& task);

/// Sets the weights and buffers of `network` alone. @throws as load_checkpoint.
void load_weights(const std::filesystem::path& path, torch::nn::Module& network);

/// The resolved config that a checkpoint holds. @throws DataError where there is none.
Json checkpoint_config(const std::filesystem::path& path);

}  // namespace stl10
