#pragma once

#include <cstdint>
#include <vector>

#include "stl10/nn/layers.h"
#include "stl10/train/task.h"

namespace stl10 {

/// How a linear classifier of stored features is trained step by step.
struct FeatureTaskOptions {
  int64_t batch_size = 256;
  double learning_rate = 0.1;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  at::Tensor class_weights = {};  ///< as cross_entropy's, on the device that trains
};

/// A linear classifier trained with cross-entropy on features that stay as they are. View:
/// "features". Metrics of steps: loss, accuracy.
class FeatureTask : public Task {
 public:
  /// @param x float (N, D), on the device that trains. @param labels int64 (N) on the CPU.
  FeatureTask(const FeatureTaskOptions& options, const at::Tensor& x, const at::Tensor& labels,
              int64_t classes, uint64_t seed);

  torch::nn::Module& network() override { return *classifier_; }
  const Loader& loader() const override { return loader_; }
  std::vector<ScheduledOptimizer>& optimizers() override { return optimizers_; }
  Prepared augment(const Batch& batch, const StepContext& context) const override;
  void step(const Prepared& prepared, MetricSums& sums, const StageEnd& ended) override;
  Splits validate(int64_t) override { return {}; }

  const Dense& classifier() const { return classifier_; }

 private:
  at::Tensor x_, class_weights_;
  Loader loader_;
  Dense classifier_;
  std::vector<ScheduledOptimizer> optimizers_;
};

}  // namespace stl10
