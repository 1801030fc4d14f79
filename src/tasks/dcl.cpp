#include "stl10/tasks/dcl.h"

#include "stl10/loss/decoupled_contrastive.h"

namespace stl10 {

DclTask::DclTask(const DclOptions& options, const TaskInput& input)
    : PairTask(options, input),
      temperature_(options.temperature),
      weight_sigma_(options.weight_sigma) {
  take_two_views_only();
  add_optimizers();
}

at::Tensor DclTask::pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                              MetricSums&) {
  return decoupled_contrastive(z1, z2, temperature_, weight_sigma_, rows);
}

}  // namespace stl10
