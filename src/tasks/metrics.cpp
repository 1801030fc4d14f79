#include "stl10/tasks/metrics.h"

#include <ATen/TensorOperators.h>

namespace stl10 {

at::Tensor hits(const at::Tensor& logits, const at::Tensor& labels, int64_t classes) {
  return logits.detach().slice(1, 0, classes).argmax(1).eq(labels).sum();
}

Metrics to_metrics(const Judgement& judgement, const std::vector<int64_t>& absent) {
  Metrics metrics{.means = {{"loss", judgement.loss}, {"accuracy", judgement.accuracy}},
                  .count = static_cast<int64_t>(judgement.indices.size())};
  for (const int64_t k : absent) {
    if (judgement.labels.eq(k).any().item<bool>()) metrics.means.erase("loss");
  }
  return metrics;
}

}  // namespace stl10
