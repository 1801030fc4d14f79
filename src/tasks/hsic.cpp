#include "stl10/tasks/hsic.h"

#include "stl10/loss/redundancy_reduction.h"

namespace stl10 {

HsicTask::HsicTask(const HsicOptions& options, const TaskInput& input)
    : PairTask(options, input), redundancy_(options.redundancy) {
  take_two_views_only();
  add_optimizers();
}

at::Tensor HsicTask::pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                               MetricSums&) {
  return hsic(z1, z2, redundancy_.value_or(1 / static_cast<double>(z1.size(1))), rows);
}

}  // namespace stl10
