#pragma once

#include "stl10/loss/class_distributions.h"
#include "stl10/tasks/pair_task.h"

namespace stl10 {

/// What is the method's own.
struct TwistOptions : PretrainingOptions {
  TwistWeights weights;
};

template <class Visitor>
void visit_fields(TwistOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("sharpness", options.weights.sharpness, "weight of how unsure a view's class is",
          between(0, 1e6));
    field("diversity", options.weights.diversity, "weight of how many classes the images take",
          between(0, 1e6));
  });
}

/// TWIST (Wang et al. 2021, arXiv:2110.07402): the embeddings, each dimension standardized over the
/// views of the step, are logits of classes; both views of an image have the same one, are sure of
/// it, and all classes are taken. The paper has 4,096 classes.
class TwistTask : public PairTask {
 public:
  using Options = TwistOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  TwistTask(const TwistOptions& options, const TaskInput& input);

 protected:
  at::Tensor pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                       MetricSums& sums) override;

 private:
  TwistWeights weights_;
};

}  // namespace stl10
