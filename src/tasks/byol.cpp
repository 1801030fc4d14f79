#include "stl10/tasks/byol.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "stl10/loss/negative_cosine.h"

namespace stl10 {

ByolTask::ByolTask(const ByolOptions& options, const TaskInput& input)
    : PretrainingTask(options, input),
      momentum_(options.momentum),
      epochs_(input.epochs),
      predictor_(parts()->register_module(
          "predictor", prediction_head(options.predictor, options, parts(), input.seed))),
      target_(parts()->register_module(
          "momentum", MomentumNetwork(options.sized_encoder(), options.projection, parts()))) {
  predictor_->to(compute().device);
  add_optimizers();
}

void ByolTask::forward_targets(const at::Tensor& large_views) {
  targets_ = target_->embed(large_views, compute().network_type);
}

at::Tensor ByolTask::method_loss(const ViewEmbeddings& views, MetricSums&) {
  const ViewEmbeddings predicted = views.with(predictor_(views.z)), target = views.with(targets_);
  const at::Tensor cosines = mean_over(views.counts.directed_pairs(), [&](const ViewPair& pair) {
    return negative_cosine(predicted.of(pair.view), target.of(pair.large), views.rows);
  });
  // Of two views, so the sum of both directions' 2 + 2 cos.
  return views.rows.part_of(at::full({}, 4, cosines.options())) + 4 * cosines;
}

void ByolTask::after_update(const StepContext& context) {
  const int64_t steps = loader().steps_per_epoch();
  target_->follow(parts(),
                  momentum_at(momentum_, context.epoch * steps + context.step, epochs_ * steps));
}

}  // namespace stl10
