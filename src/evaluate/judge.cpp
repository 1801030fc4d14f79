#include "stl10/evaluate/judge.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <cstdio>

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
  const at::Tensor log_probabilities = at::log_softmax(logits.to(at::kFloat), 1);
  const at::Tensor of_label = log_probabilities.gather(1, judgement.labels.unsqueeze(1));
  judgement.loss = -of_label.to(at::kDouble).mean().item<double>();
  judgement.probabilities = log_probabilities.slice(1, 0, classes).exp();
  judgement.predicted = judgement.probabilities.argmax(1);
  judgement.accuracy =
      judgement.predicted.eq(judgement.labels).to(at::kDouble).mean().item<double>();
  return judgement;
}

std::string csv_header(int64_t classes, bool with_fold) {
  std::string line = "split,index,label,predicted";
  for (int64_t k = 0; k < classes; ++k) line += ",p" + std::to_string(k);
  return line + (with_fold ? ",fold\n" : "\n");
}

std::string to_csv(const Judgement& judgement, const std::string& split,
                   const std::optional<int64_t>& fold) {
  const at::Tensor probabilities = judgement.probabilities.contiguous();
  const int64_t classes = probabilities.size(1);
  const float* p = probabilities.data_ptr<float>();
  std::string text;
  for (size_t i = 0; i < judgement.indices.size(); ++i) {
    text += split + "," + std::to_string(judgement.indices[i]) + "," +
            std::to_string(judgement.labels.data_ptr<int64_t>()[i]) + "," +
            std::to_string(judgement.predicted.data_ptr<int64_t>()[i]);
    for (int64_t k = 0; k < classes; ++k) {
      char number[32];
      std::snprintf(number, sizeof number, ",%.9g", static_cast<double>(*p++));
      text += number;
    }
    text += fold ? "," + std::to_string(*fold) + "\n" : "\n";
  }
  return text;
}

}  // namespace stl10
