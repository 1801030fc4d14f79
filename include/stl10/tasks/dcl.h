#pragma once

#include <optional>

#include "stl10/tasks/pair_task.h"

namespace stl10 {

/// What is the method's own.
struct DclOptions : PretrainingOptions {
  double temperature = 0.1;
  std::optional<double> weight_sigma;
};

template <class Visitor>
void visit_fields(DclOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("temperature", options.temperature, "of the contrastive loss", between(1e-4, 1e4));
    field("weight_sigma", options.weight_sigma,
          "width of the weights of positives (DCLW; the paper: 0.5); null: all alike (DCL)",
          between(1e-4, 1e4));
  });
}

/// DCL and DCLW (Yeh et al. 2022, arXiv:2110.06848): SimCLR whose positives don't stand in the sum
/// over the candidates.
class DclTask : public PairTask {
 public:
  using Options = DclOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  DclTask(const DclOptions& options, const TaskInput& input);

 protected:
  at::Tensor pair_loss(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                       MetricSums& sums) override;

 private:
  double temperature_;
  std::optional<double> weight_sigma_;
};

}  // namespace stl10
