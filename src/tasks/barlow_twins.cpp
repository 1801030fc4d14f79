#include "stl10/tasks/barlow_twins.h"

#include "stl10/loss/redundancy_reduction.h"

namespace stl10 {

BarlowTwinsTask::BarlowTwinsTask(const BarlowTwinsOptions& options, const TaskInput& input)
    : PairTask(options, input), redundancy_(options.redundancy) {
  take_two_views_only();
  add_optimizers();
}

at::Tensor BarlowTwinsTask::pair_loss(const at::Tensor& z1, const at::Tensor& z2,
                                      const SharedRows& rows, MetricSums&) {
  return barlow_twins(z1, z2, redundancy_, rows);
}

}  // namespace stl10
