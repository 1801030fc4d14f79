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

void ByolTask::train_encoder(const at::Tensor& views, MetricSums& sums, const StageEnd& ended) {
  const int64_t n = views.size(0) / 2;
  const at::Tensor h = parts()->head_features(views, compute().network_type);
  const at::Tensor z = parts()->projection(h), p = predictor_(z);
  const at::Tensor target = target_->embed(views, compute().network_type);
  ended(Stage::kForward);
  const at::Tensor loss = 4 + 2 * (negative_cosine(p.slice(0, 0, n), target.slice(0, n)) +
                                   negative_cosine(p.slice(0, n), target.slice(0, 0, n)));
  sums.add_mean("loss", loss, n);
  add_measures(h, z, sums);
  ended(Stage::kLoss);
  loss.backward();
  ended(Stage::kBackward);
}

void ByolTask::after_update(const StepContext& context) {
  const int64_t steps = loader().steps_per_epoch();
  target_->follow(parts(),
                  momentum_at(momentum_, context.epoch * steps + context.step, epochs_ * steps));
}

}  // namespace stl10
