#include "stl10/tasks/nnclr.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "stl10/base/unit_length.h"
#include "stl10/loss/info_nce.h"

namespace stl10 {

NnclrTask::NnclrTask(const NnclrOptions& options, const TaskInput& input)
    : PretrainingTask(options, input),
      temperature_(options.temperature),
      predictor_(parts()->register_module(
          "predictor", prediction_head(options.predictor, options, parts(), input.seed))) {
  constexpr uint64_t kOtherDraws = 1;  // than the predictor's
  InitStream init = init_beyond_the_network(input.seed + kOtherDraws);
  queue_ = parts()->register_module(
      "queue", EmbeddingQueue(options.queue, embedding_dimensions(options, parts()),
                              images_per_step(), init));
  predictor_->to(compute().device);
  queue_->to(compute().device);
  add_optimizers();
}

at::Tensor NnclrTask::nearest(const at::Tensor& z) const {
  const at::NoGradGuard no_grad;
  const at::Tensor& known = queue_->rows();
  return known.index_select(0, at::mm(unit_length(z), known.t()).argmax(1));
}

at::Tensor NnclrTask::method_loss(const ViewEmbeddings& views, MetricSums& sums) {
  const ViewEmbeddings predicted = views.with(predictor_(views.z));
  seen_ = views.rows.gather(views.of(0).detach());
  return mean_over(views.counts.directed_pairs(), [&](const ViewPair& pair) {
    const InfoNce one =
        info_nce(nearest(views.of(pair.large)), predicted.of(pair.view), temperature_, views.rows);
    sums.add("contrastive_accuracy", one.correct, views.images);
    return one.loss;
  });
}

void NnclrTask::after_update(const StepContext& context) {
  queue_->add(seen_, context.epoch * loader().steps_per_epoch() + context.step);
}

}  // namespace stl10
