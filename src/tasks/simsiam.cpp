#include "stl10/tasks/simsiam.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "stl10/loss/negative_cosine.h"

namespace stl10 {

SimsiamTask::SimsiamTask(const SimsiamOptions& options, const TaskInput& input)
    : PairTask(options, input),
      stop_gradient_(options.stop_gradient),
      predictor_(parts()->register_module(
          "predictor", prediction_head(options.predictor, options, parts(), input.seed))) {
  predictor_->to(compute().device);
  add_optimizers();
}

at::Tensor SimsiamTask::pair_loss(const at::Tensor& z1, const at::Tensor& z2, MetricSums&) {
  const int64_t n = z1.size(0);
  const at::Tensor p = predictor_(at::cat({z1, z2}));
  const auto target = [&](const at::Tensor& z) { return stop_gradient_ ? z.detach() : z; };
  return (negative_cosine(p.slice(0, 0, n), target(z2)) +
          negative_cosine(p.slice(0, n), target(z1))) /
         2;
}

}  // namespace stl10
