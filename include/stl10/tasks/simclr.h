#pragma once

#include <cstdint>
#include <optional>

#include "stl10/loss/nt_xent.h"
#include "stl10/tasks/pair_task.h"

namespace stl10 {

/// What is the method's own; the defaults are configs/simclr.json.
struct SimclrOptions : PretrainingOptions {
  double temperature = 0.1;
  NtXentForm nt_xent = NtXentForm::kFull;
};

template <class Visitor>
void visit_fields(SimclrOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("temperature", options.temperature, "of the contrastive loss", between(1e-4, 1e4));
    field("nt_xent", options.nt_xent,
          "what an image's view is compared with: the other views (cross-view), or all (full)");
  });
}

/// SimCLR (Chen et al. 2020, arXiv:2002.05709): two views of an image are each other's only
/// positive among all views of a step, by NT-Xent. Adds to the base's metrics of steps:
/// contrastive_accuracy.
class SimclrTask : public PairTask {
 public:
  using Options = SimclrOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  SimclrTask(const SimclrOptions& options, const TaskInput& input);

  std::optional<int64_t> candidates() const override;

 protected:
  at::Tensor pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                       MetricSums& sums) override;

 private:
  double temperature_;
  NtXentForm form_;
};

}  // namespace stl10
