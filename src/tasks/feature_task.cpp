#include "stl10/tasks/feature_task.h"

#include <ATen/Functions.h>

#include <span>

#include "stl10/base/device.h"
#include "stl10/loss/cross_entropy.h"
#include "stl10/tasks/metrics.h"

namespace stl10 {
namespace {

std::span<const int64_t> values_of(const at::Tensor& labels) {
  return {labels.data_ptr<int64_t>(), static_cast<size_t>(labels.numel())};
}

Dense make_classifier(const at::Tensor& x, int64_t classes, uint64_t seed) {
  InitStream init{.seed = seed};
  Dense classifier(x.size(1), classes, init);
  classifier->to(x.device());
  return classifier;
}

}  // namespace

FeatureTask::FeatureTask(const FeatureTaskOptions& options, const at::Tensor& x,
                         const at::Tensor& labels, int64_t classes, uint64_t seed)
    : x_(x),
      class_weights_(options.class_weights),
      loader_({.batch_size = options.batch_size}, all_indices(x.size(0)), values_of(labels), seed),
      classifier_(make_classifier(x, classes, seed)) {
  optimizers_.push_back(
      {Optimizer(options.optimizer, options.learning_rate, named_parameters(*classifier_)),
       options.schedule});
}

Prepared FeatureTask::augment(const Batch& batch, const StepContext&) const {
  const at::Tensor rows = to_device(batch.labeled, x_.device());
  return {.views = {{"features", x_.index_select(0, rows)}},
          .labels = to_device(batch.labels, x_.device()),
          .images = static_cast<int64_t>(batch.labels.size())};
}

void FeatureTask::step(const Prepared& prepared, MetricSums& sums, const StageEnd& ended) {
  const at::Tensor& labels = prepared.labels;
  const at::Tensor logits = classifier_(prepared.views.at("features"));
  ended(Stage::kForward);
  const at::Tensor loss = cross_entropy(logits, labels, 0, class_weights_);
  sums.add_mean("loss", loss, labels.size(0));
  sums.add("accuracy", hits(logits, labels, logits.size(1)), labels.size(0));
  ended(Stage::kLoss);
  loss.backward();
  ended(Stage::kBackward);
}

}  // namespace stl10
