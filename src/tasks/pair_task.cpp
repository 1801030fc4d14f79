#include "stl10/tasks/pair_task.h"

namespace stl10 {

at::Tensor PairTask::method_loss(const ViewEmbeddings& views, MetricSums& sums) {
  return mean_over(views.counts.pairs(), [&](const ViewPair& pair) {
    return pair_loss(views.of(pair.large), views.of(pair.view), views.rows, sums);
  });
}

}  // namespace stl10
