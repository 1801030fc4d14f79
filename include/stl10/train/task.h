#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "stl10/data/loader.h"
#include "stl10/train/metric_sums.h"
#include "stl10/train/optimizer.h"
#include "stl10/train/progress.h"
#include "stl10/train/schedule.h"
#include "stl10/train/stage.h"

namespace stl10 {

/// Where training stands; both count from 0.
struct StepContext {
  int64_t epoch = 0;
  int64_t step = 0;  ///< of the epoch
};

/// A step's input on the device.
struct Prepared {
  std::map<std::string, at::Tensor> views;  ///< batches of images by the task's names
  at::Tensor labels;                        ///< int64; of the labeled images
  int64_t images = 0;                       ///< what images per second count
  int64_t epoch = 0;                        ///< of the context
};

/// An optimizer and how its learning rate moves.
struct ScheduledOptimizer {
  Optimizer optimizer;
  ScheduleOptions schedule;
};

/// A method: what is trained and how. `train` drives it; only `train` zeroes gradients, steps
/// optimizers, reads sums and saves.
class Task {
 public:
  virtual ~Task() = default;

  /// All weights and buffers that a checkpoint holds, those that no optimizer moves among them.
  virtual torch::nn::Module& network() = 0;
  virtual const Loader& loader() const = 0;
  virtual std::vector<ScheduledOptimizer>& optimizers() = 0;

  /// Augments the images of the step's batch; a function of the context alone, so that it may run
  /// ahead.
  virtual Prepared augment(const Batch& batch, const StepContext& context) const = 0;

  /// The input of a step.
  Prepared prepare(const StepContext& context) const {
    return augment(loader().batch(context.epoch, context.step), context);
  }

  /// Forward and backward: gradients are zero before it, and those of every optimizer's parameters
  /// are there after it. Adds to `sums` without reading a tensor's value; a sum that is NaN or
  /// infinite ends the run. Tells `ended` of forward, loss and backward.
  virtual void step(const Prepared& prepared, MetricSums& sums, const StageEnd& ended) = 0;

  /// After the optimizers moved the weights: momentum encoders, queues.
  virtual void after_update(const StepContext& context) { (void)context; }

  /// Judges the weights after `epoch` (0-based): metrics by the name of what judges ("validation",
  /// "knn"). Empty, or without some names, in epochs where nothing is measured.
  virtual Splits validate(int64_t epoch) = 0;
};

/// The parameters of a module with their names, as an Optimizer takes them.
std::vector<NamedTensor> named_parameters(const torch::nn::Module& module);

}  // namespace stl10
