#pragma once

#include "stl10/nn/embedding_queue.h"
#include "stl10/tasks/prediction_head.h"
#include "stl10/tasks/pretraining.h"

namespace stl10 {

/// What is the method's own.
struct NnclrOptions : PretrainingOptions {
  double temperature = 0.1;
  int64_t queue = 4096;
  PredictionOptions predictor;
};

template <class Visitor>
void visit_fields(NnclrOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("temperature", options.temperature, "of the contrastive loss", between(1e-4, 1e4));
    field("queue", options.queue, "embeddings of former steps to find neighbours among",
          between(1, 1 << 24));
    field("predictor", options.predictor, "");
  });
}

/// NNCLR (Dwibedi et al. 2021, arXiv:2104.14548): the nearest of former embeddings stands for a
/// view, and is to find what a predictor makes of the image's other view among all of the step.
/// Neighbours get no gradient; the report's Keras code hands theirs on to the view (straight
/// through). The paper's support set holds 98,304 embeddings.
class NnclrTask : public PretrainingTask {
 public:
  using Options = NnclrOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  NnclrTask(const NnclrOptions& options, const TaskInput& input);

  std::optional<int64_t> candidates() const override { return images_per_step(); }
  void after_update(const StepContext& context) override;

 protected:
  at::Tensor method_loss(const ViewEmbeddings& views, MetricSums& sums) override;

 private:
  at::Tensor nearest(const at::Tensor& z) const;

  double temperature_;
  ProjectionHead predictor_;
  EmbeddingQueue queue_ = nullptr;
  at::Tensor seen_;  ///< the first views' embeddings of the present step
};

}  // namespace stl10
