#pragma once

#include "stl10/tasks/prediction_head.h"
#include "stl10/tasks/pretraining.h"

namespace stl10 {

/// What is the method's own.
struct SimsiamOptions : PretrainingOptions {
  PredictionOptions predictor{.hidden = 256};
  bool stop_gradient = true;

  /// At SimCLR's rate, or without its normalized embeddings, small encoders nearly collapse.
  SimsiamOptions() {
    learning_rate = 1e-3;
    projection.last_norm = true;
  }
};

template <class Visitor>
void visit_fields(SimsiamOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("predictor", options.predictor, "");
    field("stop_gradient", options.stop_gradient,
          "what is predicted gets no gradient; without this the features collapse");
  });
}

/// SimSiam (Chen and He 2021, arXiv:2011.10566): a narrow predictor makes one view's embedding of
/// the other's, which stays as it is.
class SimsiamTask : public PretrainingTask {
 public:
  using Options = SimsiamOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  SimsiamTask(const SimsiamOptions& options, const TaskInput& input);

  bool may_gather_in_one_place() const override { return true; }

 protected:
  at::Tensor method_loss(const ViewEmbeddings& views, MetricSums& sums) override;

 private:
  bool stop_gradient_;
  ProjectionHead predictor_;
};

}  // namespace stl10
