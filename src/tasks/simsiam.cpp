#include "stl10/tasks/simsiam.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "stl10/loss/negative_cosine.h"

namespace stl10 {

SimsiamTask::SimsiamTask(const SimsiamOptions& options, const TaskInput& input)
    : PretrainingTask(options, input),
      stop_gradient_(options.stop_gradient),
      predictor_(parts()->register_module(
          "predictor", prediction_head(options.predictor, options, parts(), input.seed))) {
  predictor_->to(compute().device);
  add_optimizers();
}

at::Tensor SimsiamTask::method_loss(const ViewEmbeddings& views, MetricSums&) {
  const ViewEmbeddings predicted = views.with(predictor_(views.z));
  const ViewEmbeddings target = stop_gradient_ ? views.with(views.z.detach()) : views;
  return mean_over(views.counts.directed_pairs(), [&](const ViewPair& pair) {
    return negative_cosine(predicted.of(pair.view), target.of(pair.large), views.rows);
  });
}

}  // namespace stl10
