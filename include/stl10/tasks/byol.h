#pragma once

#include "stl10/nn/momentum_network.h"
#include "stl10/tasks/prediction_head.h"
#include "stl10/tasks/pretraining.h"

namespace stl10 {

/// What is the method's own.
struct ByolOptions : PretrainingOptions {
  double momentum = 0.99;
  PredictionOptions predictor;

  ByolOptions() { learning_rate = 1e-3; }
};

template <class Visitor>
void visit_fields(ByolOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("momentum", options.momentum,
          "of the target network at first; it rises to 1 by half a cosine", between(0, 1));
    field("predictor", options.predictor, "");
  });
}

/// BYOL (Grill et al. 2020, arXiv:2006.07733): a predictor makes of one view's embedding that which
/// a slowly following target network gives the other view; the loss is the squared distance of unit
/// vectors, in both directions. The paper's momentum begins at 0.996, for runs of 1,000 epochs.
class ByolTask : public PretrainingTask {
 public:
  using Options = ByolOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  ByolTask(const ByolOptions& options, const TaskInput& input);

  bool may_gather_in_one_place() const override { return true; }
  void after_update(const StepContext& context) override;

 protected:
  void forward_targets(const at::Tensor& large_views) override;
  at::Tensor method_loss(const ViewEmbeddings& views, MetricSums& sums) override;

 private:
  double momentum_;
  int64_t epochs_;
  ProjectionHead predictor_;
  MomentumNetwork target_;
  at::Tensor targets_;  ///< of the present step's large views
};

}  // namespace stl10
