#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stl10/data/loader.h"
#include "stl10/train/optimizer.h"
#include "stl10/train/progress.h"
#include "stl10/train/schedule.h"

namespace stl10 {

/// A batch on the device, augmented.
struct PreparedBatch {
  at::Tensor images;  ///< (N, 3, 96, 96) in [0, 1], channels_last, the network's type
  at::Tensor labels;  ///< int64 (N)
};

/// A sum over samples of one step.
struct Sum {
  double sum = 0;
  int64_t count = 0;
};

/// What a step gives back: sums by metric name ("loss" among them) and the images it trained on.
struct StepResult {
  std::map<std::string, Sum> sums;
  int64_t images = 0;
};

/// An optimizer and how its learning rate moves.
struct ScheduledOptimizer {
  Optimizer optimizer;
  ScheduleOptions schedule;
};

/// What is trained: given by a command, driven by `train`.
struct Task {
  /// All weights and buffers that a checkpoint holds.
  torch::nn::Module& network;
  std::vector<ScheduledOptimizer> optimizers;
  /// Augments a batch on the device.
  std::function<PreparedBatch(const Batch& batch)> prepare;
  /// Forward and backward; gradients are zero before and in the parameters after it.
  std::function<StepResult(const PreparedBatch& batch)> step;
  /// Judges the weights after an epoch; empty where nothing is held out.
  std::function<std::optional<Metrics>()> validate;
};

/// How long, and where to save.
struct TrainPlan {
  int64_t epochs = 1;
  std::filesystem::path folder;  ///< an existing run folder
  std::string config;            ///< the resolved config as JSON text, kept in checkpoints
};

/// Trains from `state` to the last epoch. After every epoch, and when a signal arrives, the whole
/// state is saved to last.safetensors; best.safetensors follows the best validation accuracy.
/// Batches and draws depend on (seed, epoch, step) only, so a run that was interrupted anywhere
/// goes on to the same bits. @throws Diverged naming the step where the loss is NaN or infinite;
/// Interrupted after saving; IoError when the disk is full.
TrainState train(const TrainPlan& plan, const Loader& loader, Task& task, TrainState state,
                 const std::vector<Observer*>& observers);

}  // namespace stl10
