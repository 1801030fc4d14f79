#pragma once

#include <optional>

#include "stl10/tasks/pair_task.h"

namespace stl10 {

/// What is the method's own.
struct HsicOptions : PretrainingOptions {
  std::optional<double> redundancy;
};

template <class Visitor>
void visit_fields(HsicOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("redundancy", options.redundancy,
          "weight of what different dimensions share (lambda); null: 1 over the dimensions",
          between(0, 1e6));
  });
}

/// HSIC between the views (Tsai et al. 2021, arXiv:2104.13712): as Barlow Twins, but different
/// dimensions are to be opposite.
class HsicTask : public PairTask {
 public:
  using Options = HsicOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  HsicTask(const HsicOptions& options, const TaskInput& input);

 protected:
  at::Tensor pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                       MetricSums& sums) override;

 private:
  std::optional<double> redundancy_;
};

}  // namespace stl10
