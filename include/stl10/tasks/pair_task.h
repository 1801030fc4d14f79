#pragma once

#include "stl10/tasks/pretraining.h"

namespace stl10 {

/// A pretraining method whose loss takes nothing but the embeddings of the two views: a derived
/// class is that loss.
class PairTask : public PretrainingTask {
 protected:
  /// @throws ConfigError where a step has fewer than two images, which no such loss can tell apart.
  PairTask(const PretrainingOptions& options, const TaskInput& input);

  /// @param z1, z2 float (N, d), row i of both of one image. @return the loss, a mean over the
  /// images or a sum over dimensions; adds the method's own metrics to `sums`.
  virtual at::Tensor pair_loss(const at::Tensor& z1, const at::Tensor& z2, MetricSums& sums) = 0;

  void train_encoder(const at::Tensor& views, MetricSums& sums, const StageEnd& ended) final;
};

}  // namespace stl10
