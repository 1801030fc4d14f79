#include "stl10/loss/class_distributions.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace stl10 {
namespace {

void check_logits(const at::Tensor& a, const at::Tensor& b, const SharedRows& rows) {
  TORCH_CHECK(a.dim() == 2 && a.sizes() == b.sizes() && rows.count(a) > 0,
              "the loss needs two (N, K), N above 0, not ", a.sizes(), " and ", b.sizes());
}

at::Tensor log_probabilities(const at::Tensor& logits) {
  const bool is_double = logits.scalar_type() == at::kDouble;
  return at::log_softmax(logits, 1, is_double ? at::kDouble : at::kFloat);
}

/// −Σₖ exp(log_q)ₖ log_pₖ of each row: the entropy where both are equal.
at::Tensor cross_entropies(const at::Tensor& log_q, const at::Tensor& log_p) {
  return -(log_q.exp() * log_p).sum(-1);
}

/// Of the mean of all rows' distributions.
at::Tensor entropy_of_mean(const at::Tensor& log_p, const SharedRows& rows) {
  const at::Tensor log_sum = at::logsumexp(rows.by_process(at::logsumexp(log_p, 0)), 0);
  const at::Tensor mean = log_sum - std::log(static_cast<double>(rows.count(log_p)));
  return cross_entropies(mean, mean);
}

}  // namespace

at::Tensor self_distillation(const at::Tensor& student, const at::Tensor& teacher,
                             const at::Tensor& center, const DistillationTemperatures& tau,
                             const SharedRows& rows) {
  check_logits(student, teacher, rows);
  TORCH_CHECK(tau.student > 0 && tau.teacher > 0, "temperatures must be above 0");
  const at::Tensor target = log_probabilities((teacher.detach() - center) / tau.teacher);
  return rows.mean(cross_entropies(target, log_probabilities(student / tau.student)));
}

at::Tensor classes_in_use(const at::Tensor& logits, const SharedRows& rows) {
  const at::NoGradGuard no_grad;
  const auto most = static_cast<double>(std::min(rows.count(logits), logits.size(1)));
  return entropy_of_mean(log_probabilities(logits), rows).exp().div(most).clamp_max(1);
}

at::Tensor twist(const at::Tensor& logits1, const at::Tensor& logits2, const TwistWeights& weights,
                 const SharedRows& rows) {
  check_logits(logits1, logits2, rows);
  const at::Tensor a = log_probabilities(logits1), b = log_probabilities(logits2);
  const at::Tensor entropy = rows.mean(cross_entropies(a, a) + cross_entropies(b, b)) / 2;
  const at::Tensor crossed = rows.mean(cross_entropies(a, b) + cross_entropies(b, a)) / 2;
  const at::Tensor spread = (entropy_of_mean(a, rows) + entropy_of_mean(b, rows)) / 2;
  return crossed + (weights.sharpness - 1) * entropy - weights.diversity * rows.part_of(spread);
}

}  // namespace stl10
