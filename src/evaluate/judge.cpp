#include "stl10/evaluate/judge.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

namespace stl10 {

Judgement judge(const at::Tensor& logits, const std::vector<int64_t>& indices,
                std::span<const int64_t> labels, int64_t classes) {
  TORCH_CHECK(logits.size(0) == static_cast<int64_t>(indices.size()), "one row of logits an image");
  const at::NoGradGuard no_grad;
  Judgement judgement;
  judgement.indices = indices;
  judgement.labels = at::empty({static_cast<int64_t>(indices.size())}, at::kLong);
  for (size_t i = 0; i < indices.size(); ++i) {
    judgement.labels.data_ptr<int64_t>()[i] = labels[static_cast<size_t>(indices[i])];
  }
  const at::Tensor log_probabilities = at::log_softmax(logits.to(at::kCPU, at::kFloat), 1);
  const at::Tensor of_label = log_probabilities.gather(1, judgement.labels.unsqueeze(1));
  judgement.loss = -of_label.to(at::kDouble).mean().item<double>();
  judgement.probabilities = at::softmax(log_probabilities.slice(1, 0, classes), 1);
  judgement.predicted = judgement.probabilities.argmax(1);
  judgement.accuracy =
      judgement.predicted.eq(judgement.labels).to(at::kDouble).mean().item<double>();
  return judgement;
}

}  // namespace stl10
