#include "stl10/tasks/moco.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <vector>

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
                              parse_view_counts(options.views).large * images_per_step(), init));
  queue_->to(compute().device);
  add_optimizers();
}

std::optional<int64_t> MocoTask::candidates() const { return 1 + queue_->rows().size(0); }

void MocoTask::forward_targets(const at::Tensor& large_views) {
  keys_ = key_network_->embed(large_views, compute().network_type);
}

at::Tensor MocoTask::method_loss(const ViewEmbeddings& views, MetricSums& sums) {
  const ViewEmbeddings keys = views.with(keys_);
  std::vector<at::Tensor> anchors, own;
  for (const ViewPair& pair : views.counts.directed_pairs()) {
    anchors.push_back(views.of(pair.view));
    own.push_back(keys.of(pair.large));
  }
  const auto directions = static_cast<int64_t>(anchors.size());
  const InfoNce result = info_nce(at::cat(anchors), at::cat(own), queue_->rows(), temperature_,
                                  views.rows.stacked(directions));
  sums.add("contrastive_accuracy", result.correct, directions * views.images);
  keys_ = views.rows.stacked(views.counts.large).gather(keys_);  // as the queue takes them
  return result.loss;
}

void MocoTask::after_update(const StepContext& context) {
  key_network_->follow(parts(), momentum_);
  queue_->add(keys_, context.epoch * loader().steps_per_epoch() + context.step);
}

}  // namespace stl10
