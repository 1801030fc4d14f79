#include "stl10/loss/class_distributions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "loss/pair_losses.h"

namespace stl10 {
namespace {

using testing::embeddings_of;
using testing::gradient_error;

using Distribution = std::vector<double>;

Distribution softmax_of(const at::Tensor& logits) {
  Distribution p;
  double sum = 0;
  for (int64_t k = 0; k < logits.size(0); ++k) sum += std::exp(logits[k].item<double>());
  for (int64_t k = 0; k < logits.size(0); ++k)
    p.push_back(std::exp(logits[k].item<double>()) / sum);
  return p;
}

double crossed(const Distribution& q, const Distribution& p) {
  double sum = 0;
  for (size_t k = 0; k < q.size(); ++k) sum -= q[k] * std::log(p[k]);
  return sum;
}

TEST(SelfDistillation, EqualsItsDefinition) {
  const at::Tensor student = embeddings_of(5, 4, 0.2), teacher = embeddings_of(5, 4, 1.1),
                   center = embeddings_of(1, 4, 2)[0];
  double loss = 0;
  for (int64_t n = 0; n < 5; ++n) {
    loss += crossed(softmax_of((teacher[n] - center) / 0.3), softmax_of(student[n] / 0.7)) / 5;
  }
  EXPECT_NEAR(self_distillation(student, teacher, center, {0.7, 0.3}).item<double>(), loss, 1e-12);
}

TEST(SelfDistillation, TheCenterTakesTheClassAwayThatAllHave) {
  const at::Tensor alike = at::zeros({3, 4}, at::kDouble);
  const at::Tensor one_class = alike + at::tensor({9.0, 0.0, 0.0, 0.0}, at::kDouble);
  EXPECT_NEAR(self_distillation(alike, one_class, one_class[0], {}).item<double>(), std::log(4),
              1e-12);
  EXPECT_NEAR(self_distillation(one_class, one_class, alike[0], {}).item<double>(), 0, 1e-12);
}

TEST(SelfDistillation, OnlyTheStudentLearns) {
  const at::Tensor teacher = embeddings_of(4, 3, 0.5).requires_grad_();
  const at::Tensor center = embeddings_of(1, 3, 2)[0];
  EXPECT_LT(gradient_error([&](const auto& a,
                               const auto&) { return self_distillation(a, teacher, center, {}); },
                           4, 3),
            1e-5);
  EXPECT_FALSE(teacher.grad().defined());
}

}  // namespace
}  // namespace stl10
