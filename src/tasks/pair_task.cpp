#include "stl10/tasks/pair_task.h"

#include "stl10/base/error.h"

namespace stl10 {

PairTask::PairTask(const PretrainingOptions& options, const TaskInput& input)
    : PretrainingTask(options, input) {
  if (images_per_step() < 2) {
    throw ConfigError({"the loss needs images to tell apart", "two or more a step", "one",
                       "raise --batch-size or --unlabeled-batch-size"});
  }
}

void PairTask::train_encoder(const at::Tensor& views, MetricSums& sums, const StageEnd& ended) {
  const int64_t n = views.size(0) / 2;
  const at::Tensor h = parts()->head_features(views, compute().network_type);
  const at::Tensor z = parts()->projection(h);
  ended(Stage::kForward);
  const at::Tensor loss = pair_loss(z.slice(0, 0, n), z.slice(0, n), sums);
  sums.add_mean("loss", loss, n);
  add_measures(h, z, sums);
  ended(Stage::kLoss);
  loss.backward();
  ended(Stage::kBackward);
}

}  // namespace stl10
