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

void DinoTask::forward_targets(const at::Tensor& large_views) {
  classes_ = slow_prototypes_(slow_network_->embed(large_views, compute().network_type));
}

at::Tensor DinoTask::method_loss(const ViewEmbeddings& views, MetricSums& sums) {
  const ViewEmbeddings student = views.with(prototypes_(views.z)), teacher = views.with(classes_);
  const SharedRows large_views = views.rows.stacked(views.counts.large);
  sums.add_mean("classes_in_use",
                classes_in_use((classes_ - center_) / temperatures_.teacher, large_views),
                views.images);
  mean_classes_ = large_views.mean_of_all(classes_);
  return mean_over(views.counts.directed_pairs(), [&](const ViewPair& pair) {
    return self_distillation(student.of(pair.view), teacher.of(pair.large), center_, temperatures_,
                             views.rows);
  });
}

void DinoTask::after_update(const StepContext& context) {
  const at::NoGradGuard no_grad;
  const int64_t steps = loader().steps_per_epoch();
  const double momentum =
      momentum_at(momentum_, context.epoch * steps + context.step, epochs_ * steps);
  slow_network_->follow(parts(), momentum);
  slow_prototypes_->weight.lerp_(prototypes_->weight, 1 - momentum);
  center_.lerp_(mean_classes_, 1 - center_momentum_);
}

}  // namespace stl10
