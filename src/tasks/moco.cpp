#include "stl10/tasks/moco.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "stl10/loss/info_nce.h"
#include "stl10/tasks/prediction_head.h"

namespace stl10 {

MocoTask::MocoTask(const MocoOptions& options, const TaskInput& input)
    : PretrainingTask(options, input),
      temperature_(options.temperature),
      momentum_(options.momentum),
      key_network_(parts()->register_module(
          "momentum", MomentumNetwork(options.sized_encoder(), options.projection, parts()))) {
  InitStream init = init_beyond_the_network(input.seed);
  queue_ = parts()->register_module(
      "queue", EmbeddingQueue(options.queue, embedding_dimensions(options, parts()),
                              2 * images_per_step(), init));
  queue_->to(compute().device);
  add_optimizers();
}

std::optional<int64_t> MocoTask::candidates() const { return 1 + queue_->rows().size(0); }

void MocoTask::train_encoder(const at::Tensor& views, MetricSums& sums, const StageEnd& ended) {
  const int64_t n = views.size(0) / 2;
  const at::Tensor h = parts()->head_features(views, compute().network_type);
  const at::Tensor z = parts()->projection(h);
  keys_ = key_network_->embed(views, compute().network_type);
  ended(Stage::kForward);
  const at::Tensor of_other_view = at::cat({keys_.slice(0, n), keys_.slice(0, 0, n)});
  const InfoNce result = info_nce(z, of_other_view, queue_->rows(), temperature_);
  sums.add_mean("loss", result.loss, n);
  sums.add("contrastive_accuracy", result.correct, 2 * n);
  add_measures(h, z, sums);
  ended(Stage::kLoss);
  result.loss.backward();
  ended(Stage::kBackward);
}

void MocoTask::after_update(const StepContext& context) {
  key_network_->follow(parts(), momentum_);
  queue_->add(keys_, context.epoch * loader().steps_per_epoch() + context.step);
}

}  // namespace stl10
