#pragma once

#include "stl10/nn/embedding_queue.h"
#include "stl10/nn/momentum_network.h"
#include "stl10/tasks/pretraining.h"

namespace stl10 {

/// What is the method's own.
struct MocoOptions : PretrainingOptions {
  double temperature = 0.1;
  double momentum = 0.99;
  int64_t queue = 4096;
};

template <class Visitor>
void visit_fields(MocoOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("temperature", options.temperature, "of the contrastive loss", between(1e-4, 1e4));
    field("momentum", options.momentum, "of the key network, constant", between(0, 1));
    field("queue", options.queue, "keys of former steps to compare with", between(1, 1 << 24));
  });
}

/// MoCo v2 (He et al. 2020, arXiv:1911.05722; Chen et al. 2020, arXiv:2003.04297): a view's
/// embedding is to find the key that a slowly following network gives the other view, among the
/// keys of former steps. Both views are asked, as in version 3 (the paper asks the first alone),
/// and one process's batch normalization needs no shuffling. The paper's queue holds 65,536 keys,
/// its momentum is 0.999, its temperature 0.2.
class MocoTask : public PretrainingTask {
 public:
  using Options = MocoOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  MocoTask(const MocoOptions& options, const TaskInput& input);

  std::optional<int64_t> candidates() const override;
  void after_update(const StepContext& context) override;

 protected:
  void forward_targets(const at::Tensor& large_views) override;
  at::Tensor method_loss(const ViewEmbeddings& views, MetricSums& sums) override;

 private:
  double temperature_, momentum_;
  MomentumNetwork key_network_;
  EmbeddingQueue queue_ = nullptr;
  at::Tensor keys_;  ///< of the present step's large views; those of all processes after the loss
};

}  // namespace stl10
