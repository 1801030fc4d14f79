#include "stl10/loss/decoupled_contrastive.h"

#include <gtest/gtest.h>

#include <cmath>

#include "loss/pair_losses.h"
#include "stl10/loss/negative_cosine.h"
#include "stl10/loss/nt_xent.h"

namespace stl10 {
namespace {

using testing::embeddings_of;
using testing::gradient_error;

double cosine_of(const at::Tensor& a, const at::Tensor& b) {
  return ((a * b).sum() / (a.norm() * b.norm())).item<double>();
}

/// Equations 5 and 6, with loops.
double naive_dcl(const at::Tensor& z1, const at::Tensor& z2, double tau,
                 const std::optional<double>& sigma) {
  const int64_t n = z1.size(0);
  const at::Tensor z = at::cat({z1, z2});
  double mean = 0, loss = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (sigma) mean += std::exp(cosine_of(z1[i], z2[i]) / *sigma) / double(n);
  }
  for (int64_t a = 0; a < 2 * n; ++a) {
    const double positive = cosine_of(z[a], z[(a + n) % (2 * n)]);
    const double weight = sigma ? 2 - std::exp(positive / *sigma) / mean : 1;
    double sum = 0;
    for (int64_t b = 0; b < 2 * n; ++b) {
      if (b % n != a % n) sum += std::exp(cosine_of(z[a], z[b]) / tau);
    }
    loss += (std::log(sum) - weight * positive / tau) / double(2 * n);
  }
  return loss;
}

TEST(DecoupledContrastive, EqualsItsDefinition) {
  const at::Tensor z1 = embeddings_of(5, 4, 0.2), z2 = embeddings_of(5, 4, 1.1);
  for (const double tau : {0.1, 1.0}) {
    EXPECT_NEAR(decoupled_contrastive(z1, z2, tau).item<double>(), naive_dcl(z1, z2, tau, {}),
                1e-9);
    EXPECT_NEAR(decoupled_contrastive(z1, z2, tau, 0.5).item<double>(), naive_dcl(z1, z2, tau, 0.5),
                1e-9);
  }
}

TEST(DecoupledContrastive, EqualEmbeddingsGiveTheLogOfTheNegatives) {
  const at::Tensor z = at::full({6, 3}, 0.4, at::kDouble);
  EXPECT_NEAR(decoupled_contrastive(z, z, 0.2).item<double>(), std::log(10.0), 1e-9);
  EXPECT_NEAR(decoupled_contrastive(z, z, 0.2, 0.5).item<double>(), std::log(10.0), 1e-9);
}

TEST(DecoupledContrastive, IsNtXentWithoutThePositivesTerm) {
  // log(U + e⁺) − log(U) lies between them, for every anchor above 0.
  const at::Tensor z1 = embeddings_of(8, 4, 0.2), z2 = embeddings_of(8, 4, 0.3);
  EXPECT_LT(decoupled_contrastive(z1, z2, 0.5).item<double>(),
            nt_xent(z1, z2, 0.5, NtXentForm::kFull).loss.item<double>());
}

TEST(DecoupledContrastive, GradientsAreThoseOfDifferences) {
  EXPECT_LT(
      gradient_error([](const auto& a, const auto& b) { return decoupled_contrastive(a, b, 0.5); },
                     4, 3),
      1e-6);
  EXPECT_LT(
      gradient_error([](const auto& p, const auto& z) { return negative_cosine(p, z); }, 4, 3),
      1e-6);
}

TEST(DecoupledContrastive, WeightsHaveNoGradient) {
  const at::Tensor z2 = embeddings_of(4, 3, 1.1);
  const at::Tensor z1 = embeddings_of(4, 3, 0.2).requires_grad_();
  decoupled_contrastive(z1, z2, 0.5, 1e4).backward();  // all weights are 1
  const at::Tensor even = z1.grad().clone();
  z1.mutable_grad().reset();
  decoupled_contrastive(z1, z2, 0.5).backward();
  EXPECT_LT(testing::distance(z1.grad(), even), 1e-3);
}

TEST(NegativeCosine, EqualsItsDefinition) {
  const at::Tensor p = embeddings_of(5, 4, 0.2), z = embeddings_of(5, 4, 1.1);
  double expected = 0;
  for (int64_t i = 0; i < 5; ++i) expected -= cosine_of(p[i], z[i]) / 5;
  EXPECT_NEAR(negative_cosine(p, z).item<double>(), expected, 1e-12);
  EXPECT_NEAR(negative_cosine(p, 2 * p).item<double>(), -1, 1e-12);
  EXPECT_EQ(negative_cosine(p, at::zeros_like(p)).item<double>(), 0);
}

}  // namespace
}  // namespace stl10
