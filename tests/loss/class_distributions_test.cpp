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

Distribution mean_of(const at::Tensor& logits) {
  Distribution mean(static_cast<size_t>(logits.size(1)));
  for (int64_t n = 0; n < logits.size(0); ++n) {
    const Distribution p = softmax_of(logits[n]);
    for (size_t k = 0; k < p.size(); ++k) mean[k] += p[k] / double(logits.size(0));
  }
  return mean;
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

TEST(ClassesInUse, AreTheShareThatImagesTake) {
  const at::Tensor five = 100 * at::eye(5, at::kDouble), one = five.slice(0, 0, 1).repeat({8, 1});
  EXPECT_NEAR(classes_in_use(five).item<double>(), 1, 1e-9);
  EXPECT_NEAR(classes_in_use(one).item<double>(), 1.0 / 5, 1e-9);
  EXPECT_NEAR(classes_in_use(five.slice(0, 0, 2)).item<double>(), 1, 1e-9);  // of two images
  EXPECT_NEAR(classes_in_use(at::zeros({8, 5})).item<double>(), 1, 1e-6);
}

TEST(Twist, EqualsItsDefinition) {
  const at::Tensor one = embeddings_of(6, 4, 0.2), two = embeddings_of(6, 4, 1.1);
  double consistency = 0, entropy = 0;
  for (int64_t n = 0; n < 6; ++n) {
    const Distribution p = softmax_of(one[n]), q = softmax_of(two[n]);
    consistency += (crossed(p, q) - crossed(p, p) + crossed(q, p) - crossed(q, q)) / 12;
    entropy += (crossed(p, p) + crossed(q, q)) / 12;
  }
  const Distribution p = mean_of(one), q = mean_of(two);
  const double spread = (crossed(p, p) + crossed(q, q)) / 2;
  EXPECT_NEAR(twist(one, two, {0.3, 0.7}).item<double>(),
              consistency + 0.3 * entropy - 0.7 * spread, 1e-12);
  EXPECT_NEAR(twist(one, two, {}).item<double>(), consistency + entropy - spread, 1e-12);
}

TEST(Twist, SureViewsOfAsManyClassesAsImagesGiveMinusTheLogOfTheClasses) {
  const at::Tensor logits = 100 * at::eye(5, at::kDouble);
  EXPECT_NEAR(twist(logits, logits, {}).item<double>(), -std::log(5), 1e-12);
}

TEST(Twist, GradientsAreThoseOfDifferences) {
  EXPECT_LT(gradient_error(
                [](const auto& a, const auto& b) {
                  return twist(a, b, {0.4, 1.3});
                },
                5, 4),
            1e-6);
}

}  // namespace
}  // namespace stl10
