#include "stl10/tasks/simclr.h"

namespace stl10 {

SimclrTask::SimclrTask(const SimclrOptions& options, const TaskInput& input)
    : PairTask(options, input), temperature_(options.temperature), form_(options.nt_xent) {
  add_optimizers();
}

std::optional<int64_t> SimclrTask::candidates() const {
  return nt_xent_candidates(form_, images_per_step());
}

at::Tensor SimclrTask::pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                                 MetricSums& sums) {
  const NtXent result = nt_xent(z1, z2, temperature_, form_, rows);
  sums.add("contrastive_accuracy", result.correct, 2 * z1.size(0));
  return result.loss;
}

}  // namespace stl10
