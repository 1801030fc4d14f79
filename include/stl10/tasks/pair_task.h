#pragma once

#include "stl10/tasks/pretraining.h"

namespace stl10 {

/// A pretraining method whose loss takes nothing but the embeddings of two views, neither of them
/// before the other: a derived class is that loss. Of more views it is the mean over all pairs with
/// a large one.
class PairTask : public PretrainingTask {
 protected:
  using PretrainingTask::PretrainingTask;

  /// @param z1, z2 float (N, d), row i of both of one image. @param rows the images of all
  /// processes. @return this process's part of the loss, a mean over the images or a sum over
  /// dimensions; adds the method's own metrics to `sums`.
  virtual at::Tensor pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                               MetricSums& sums) = 0;

  at::Tensor method_loss(const ViewEmbeddings& views, MetricSums& sums) final;
};

}  // namespace stl10
