#include "stl10/tasks/simclr.h"

#include "stl10/base/error.h"

namespace stl10 {

SimclrTask::SimclrTask(const SimclrOptions& options, const TaskInput& input)
    : PretrainingTask(options, input), temperature_(options.temperature), form_(options.nt_xent) {
  if (images_per_step() < 2) {
    throw ConfigError({"a contrastive loss needs images to tell apart", "two or more a step", "one",
                       "raise --batch-size or --unlabeled-batch-size"});
  }
  add_optimizers();
}

std::optional<int64_t> SimclrTask::candidates() const {
  return nt_xent_candidates(form_, images_per_step());
}

void SimclrTask::train_encoder(const at::Tensor& views, MetricSums& sums, const StageEnd& ended) {
  const int64_t n = views.size(0) / 2;
  const at::Tensor h = parts()->head_features(views, compute().network_type);
  const at::Tensor z = parts()->projection(h);
  ended(Stage::kForward);
  const NtXent result = nt_xent(z.slice(0, 0, n), z.slice(0, n), temperature_, form_);
  sums.add_mean("loss", result.loss, n);
  sums.add("contrastive_accuracy", result.correct, 2 * n);
  add_measures(h, z, sums);
  ended(Stage::kLoss);
  result.loss.backward();
  ended(Stage::kBackward);
}

}  // namespace stl10
