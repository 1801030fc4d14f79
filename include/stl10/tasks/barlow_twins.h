#pragma once

#include "stl10/tasks/pair_task.h"

namespace stl10 {

/// What is the method's own.
struct BarlowTwinsOptions : PretrainingOptions {
  double redundancy = 0.005;
};

template <class Visitor>
void visit_fields(BarlowTwinsOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("redundancy", options.redundancy, "weight of what different dimensions share (lambda)",
          between(0, 1e6));
  });
}

/// Barlow Twins (Zbontar et al. 2021, arXiv:2103.03230): each dimension of the embeddings is alike
/// in an image's two views and unlike all others over the images.
class BarlowTwinsTask : public PairTask {
 public:
  using Options = BarlowTwinsOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  BarlowTwinsTask(const BarlowTwinsOptions& options, const TaskInput& input);

 protected:
  at::Tensor pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                       MetricSums& sums) override;

 private:
  double redundancy_;
};

}  // namespace stl10
