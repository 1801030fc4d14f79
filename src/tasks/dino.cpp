#include "stl10/tasks/dino.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "stl10/tasks/prediction_head.h"

namespace stl10 {

DinoTask::DinoTask(const DinoOptions& options, const TaskInput& input)
    : PretrainingTask(options, input),
      temperatures_(options.temperatures),
      momentum_(options.momentum),
      center_momentum_(options.center_momentum),
      epochs_(input.epochs),
      slow_network_(parts()->register_module(
          "momentum", MomentumNetwork(options.sized_encoder(), options.projection, parts()))) {
  const auto drawn = [&] {
    InitStream init = init_beyond_the_network(input.seed);
    return Prototypes(embedding_dimensions(options, parts()), options.prototypes, init);
  };
  prototypes_ = parts()->register_module("prototypes", drawn());
  slow_prototypes_ = parts()->register_module("momentum_prototypes", drawn());
  slow_prototypes_->weight.requires_grad_(false);
  center_ = parts()->register_buffer("center", at::zeros({options.prototypes}));
  parts()->to(compute().device);
  add_optimizers();
}

void DinoTask::train_encoder(const at::Tensor& views, MetricSums& sums, const StageEnd& ended) {
  const int64_t n = views.size(0) / 2;
  const at::Tensor h = parts()->head_features(views, compute().network_type);
  const at::Tensor z = parts()->projection(h), student = prototypes_(z);
  const at::Tensor teacher = slow_prototypes_(slow_network_->embed(views, compute().network_type));
  ended(Stage::kForward);
  const at::Tensor loss =
      (self_distillation(student.slice(0, 0, n), teacher.slice(0, n), center_, temperatures_) +
       self_distillation(student.slice(0, n), teacher.slice(0, 0, n), center_, temperatures_)) /
      2;
  batch_mean_ = teacher.mean(0);
  sums.add_mean("loss", loss, n);
  add_measures(h, z, sums);
  ended(Stage::kLoss);
  loss.backward();
  ended(Stage::kBackward);
}

void DinoTask::after_update(const StepContext& context) {
  const at::NoGradGuard no_grad;
  const int64_t steps = loader().steps_per_epoch();
  const double momentum =
      momentum_at(momentum_, context.epoch * steps + context.step, epochs_ * steps);
  slow_network_->follow(parts(), momentum);
  slow_prototypes_->weight.lerp_(prototypes_->weight, 1 - momentum);
  center_.lerp_(batch_mean_, 1 - center_momentum_);
}

}  // namespace stl10
