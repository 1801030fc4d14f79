#include "stl10/tasks/twist.h"

#include <ATen/Functions.h>

#include "stl10/loss/redundancy_reduction.h"

namespace stl10 {

TwistTask::TwistTask(const TwistOptions& options, const TaskInput& input)
    : PairTask(options, input), weights_(options.weights) {
  add_optimizers();
}

at::Tensor TwistTask::pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                                MetricSums& sums) {
  const int64_t n = z1.size(0);
  const at::Tensor logits = standardized(at::cat({z1, z2}), rows.stacked(2));
  sums.add_mean("classes_in_use", classes_in_use(logits, rows.stacked(2)), n);
  return twist(logits.slice(0, 0, n), logits.slice(0, n), weights_, rows);
}

}  // namespace stl10
