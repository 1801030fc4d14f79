#pragma once

#include "stl10/loss/redundancy_reduction.h"
#include "stl10/tasks/pair_task.h"

namespace stl10 {

/// What is the method's own.
struct VicregOptions : PretrainingOptions {
  VicregWeights weights;
};

template <class Visitor>
void visit_fields(VicregOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("invariance", options.weights.invariance, "weight of how far the views are apart",
          between(0, 1e6));
    field("variance", options.weights.variance, "weight of dimensions that vary too little",
          between(0, 1e6));
    field("covariance", options.weights.covariance, "weight of dimensions that vary together",
          between(0, 1e6));
  });
}

/// VICReg (Bardes et al. 2022, arXiv:2105.04906): the two views' embeddings are equal, each
/// dimension varies, and no two vary together.
class VicregTask : public PairTask {
 public:
  using Options = VicregOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  VicregTask(const VicregOptions& options, const TaskInput& input);

 protected:
  at::Tensor pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                       MetricSums& sums) override;

 private:
  VicregWeights weights_;
};

}  // namespace stl10
