#include "stl10/loss/info_nce.h"

#include <gtest/gtest.h>

#include <cmath>

#include "loss/pair_losses.h"
#include "stl10/loss/nt_xent.h"

namespace stl10 {
namespace {

using testing::embeddings_of;
using testing::gradient_error;

double similarity_of(const at::Tensor& a, const at::Tensor& b) {
  return ((a * b).sum() / (a.norm() * b.norm())).item<double>();
}

TEST(InfoNce, WithAQueueEqualsItsDefinition) {
  const at::Tensor q = embeddings_of(4, 3, 0.2), k = embeddings_of(4, 3, 0.5),
                   queue = embeddings_of(6, 3, 2);
  double loss = 0;
  int64_t correct = 0;
  for (int64_t n = 0; n < 4; ++n) {
    const double own = similarity_of(q[n], k[n]);
    double sum = std::exp(own / 0.3), best = -1;
    for (int64_t m = 0; m < 6; ++m) {
      sum += std::exp(similarity_of(q[n], queue[m]) / 0.3);
      best = std::max(best, similarity_of(q[n], queue[m]));
    }
    loss += (std::log(sum) - own / 0.3) / 4;
    correct += own > best ? 1 : 0;
  }
  const InfoNce found = info_nce(q, k, queue, 0.3);
  EXPECT_NEAR(found.loss.item<double>(), loss, 1e-10);
  EXPECT_EQ(found.correct.item<int64_t>(), correct);
}

TEST(InfoNce, BothDirectionsAreNtXentsCrossView) {
  const at::Tensor a = embeddings_of(5, 4, 0.2), b = embeddings_of(5, 4, 0.5);
  const InfoNce one = info_nce(a, b, 0.2), other = info_nce(b, a, 0.2);
  const NtXent both = nt_xent(a, b, 0.2, NtXentForm::kCrossView);
  EXPECT_NEAR((one.loss + other.loss).item<double>() / 2, both.loss.item<double>(), 1e-10);
  EXPECT_EQ((one.correct + other.correct).item<int64_t>(), both.correct.item<int64_t>());
}

TEST(InfoNce, EqualEmbeddingsGiveTheLogOfTheCandidatesAndNoHit) {
  const at::Tensor z = at::full({4, 3}, 0.4, at::kDouble), queue = at::full({7, 3}, 2.0);
  EXPECT_NEAR(info_nce(z, z, 0.1).loss.item<double>(), std::log(4.0), 1e-9);
  EXPECT_NEAR(info_nce(z, z, queue.to(at::kDouble), 0.1).loss.item<double>(), std::log(8.0), 1e-9);
  EXPECT_EQ(info_nce(z, z, 0.1).correct.item<int64_t>(), 0);
}

TEST(InfoNce, GradientsAreThoseOfDifferences) {
  const at::Tensor queue = embeddings_of(6, 3, 2);
  EXPECT_LT(
      gradient_error([](const auto& a, const auto& b) { return info_nce(a, b, 0.5).loss; }, 4, 3),
      1e-6);
  EXPECT_LT(
      gradient_error([&](const auto& a, const auto& b) { return info_nce(a, b, queue, 0.5).loss; },
                     4, 3),
      1e-6);
}

}  // namespace
}  // namespace stl10
