#pragma once

#include "stl10/loss/class_distributions.h"
#include "stl10/nn/momentum_network.h"
#include "stl10/nn/prototypes.h"
#include "stl10/tasks/pretraining.h"

namespace stl10 {

/// What is the method's own.
struct DinoOptions : PretrainingOptions {
  int64_t prototypes = 1024;
  DistillationTemperatures temperatures;
  double momentum = 0.99;
  double center_momentum = 0.9;
};

template <class Visitor>
void visit_fields(DinoOptions& options, Visitor& field) {
  visit_pretraining(options, field, [&] {
    field("prototypes", options.prototypes, "classes that it finds", between(2, 1 << 20));
    field("student_temperature", options.temperatures.student, "of the trained network's classes",
          between(1e-4, 1e4));
    field("teacher_temperature", options.temperatures.teacher,
          "of the slow network's classes; lower, so that they are surer", between(1e-4, 1e4));
    field("momentum", options.momentum,
          "of the slow network at first; it rises to 1 by half a cosine", between(0, 1));
    field("center_momentum", options.center_momentum,
          "of the mean that is taken from the slow network's classes; 1: none is, and all images "
          "fall into one",
          between(0, 1));
  });
}

/// DINO (Caron et al. 2021, arXiv:2104.14294), one view's distribution over classes
/// is to be that which a slowly following network gives the other view, centred, so that no class
/// takes all, and sharpened, so that not all are alike. The paper has 65,536 classes and a momentum
/// of 0.996 for runs of 100 epochs and more; its code keeps the last layer as it is for the first
/// epoch, this doesn't.
class DinoTask : public PretrainingTask {
 public:
  using Options = DinoOptions;

  /// @throws ConfigError, UsageError, DataError where options and data don't fit.
  DinoTask(const DinoOptions& options, const TaskInput& input);

  void after_update(const StepContext& context) override;

 protected:
  void forward_targets(const at::Tensor& large_views) override;
  at::Tensor method_loss(const ViewEmbeddings& views, MetricSums& sums) override;

 private:
  DistillationTemperatures temperatures_;
  double momentum_, center_momentum_;
  int64_t epochs_;
  Prototypes prototypes_ = nullptr, slow_prototypes_ = nullptr;
  MomentumNetwork slow_network_;
  at::Tensor center_;        ///< (classes), a buffer of the network
  at::Tensor classes_;       ///< the slow network's of the present step's large views, logits
  at::Tensor mean_classes_;  ///< of all processes' views
};

}  // namespace stl10
