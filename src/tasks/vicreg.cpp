#include "stl10/tasks/vicreg.h"

#include "stl10/loss/redundancy_reduction.h"

namespace stl10 {

VicregTask::VicregTask(const VicregOptions& options, const TaskInput& input)
    : PairTask(options, input), weights_(options.weights) {
  take_two_views_only();
  add_optimizers();
}

at::Tensor VicregTask::pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                                 MetricSums& sums) {
  const at::Tensor centered = z1.detach() - rows.mean_of_all(z1.detach());
  const at::Tensor deviations = rows.mean_of_all(centered.square()).sqrt();
  sums.add_mean("embedding_deviation", deviations.mean(), z1.size(0));
  return vicreg(z1, z2, weights_, rows);
}

}  // namespace stl10
