#include "stl10/evaluate/feature_measures.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"
#include "meeting.h"

namespace stl10 {
namespace {

using testing::wave;

at::Tensor features(int64_t n, int64_t d, double phase) {
  return wave(n * d, 0.7, phase).reshape({n, d});
}

double value(const at::Tensor& tensor) { return tensor.item<double>(); }

TEST(Alignment, EqualsANaiveLoop) {
  const at::Tensor a = features(7, 4, 0.3), b = features(7, 4, 1.3);
  double sum = 0;
  for (int64_t i = 0; i < 7; ++i) {
    sum += value((a[i] / a[i].norm() - b[i] / b[i].norm()).square().sum());
  }
  EXPECT_NEAR(value(alignment(a, b)), sum / 7, 1e-12);
}

TEST(Alignment, ItsEndsAreZeroAndFour) {
  const at::Tensor a = features(7, 4, 0.3);
  EXPECT_NEAR(value(alignment(a, 3 * a)), 0, 1e-12);
  EXPECT_NEAR(value(alignment(a, -a)), 4, 1e-12);
}

TEST(Uniformity, EqualsANaiveLoopInAllBlocks) {
  for (const int64_t n : {2, 9, 300}) {
    const at::Tensor z = features(n, 3, 0.3), u = z / z.norm(2, 1, true);
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) {
      sum += value((-2 * (u[i] - u).square().sum(1)).exp().sum()) - 1;
    }
    EXPECT_NEAR(value(uniformity(z)), std::log(sum / static_cast<double>(n * (n - 1))), 1e-9) << n;
  }
}

TEST(Uniformity, ItsDegeneratePointsAreStated) {
  EXPECT_NEAR(value(uniformity(at::full({5, 3}, 0.3))), 0, 1e-5);
  EXPECT_NEAR(value(uniformity(at::zeros({5, 3}))), 0, 1e-6);
  EXPECT_EQ(value(uniformity(at::ones({1, 3}))), 0);
  EXPECT_NEAR(value(uniformity(at::tensor({1.0, -1.0}).reshape({2, 1}))), -8, 1e-6);
  EXPECT_NEAR(value(uniformity(at::eye(6))), -4, 1e-6);  // orthogonal: distances √2
}

int64_t naive_hits(const at::Tensor& h1, const at::Tensor& h2) {
  const int64_t d = h1.size(1);
  at::Tensor r = at::empty({d, d}, at::kDouble);
  for (int64_t i = 0; i < d; ++i) {
    for (int64_t j = 0; j < d; ++j) {
      const at::Tensor x = h1.select(1, i) - h1.select(1, i).mean();
      const at::Tensor y = h2.select(1, j) - h2.select(1, j).mean();
      r[i][j] = (x * y).mean() / (x.square().mean().sqrt() * y.square().mean().sqrt());
    }
  }
  return (r.argmax(1).eq(at::arange(d)).sum() + r.argmax(0).eq(at::arange(d)).sum())
      .item<int64_t>();
}

TEST(CorrelationHits, EqualsTheKerasReferencesWrittenOut) {
  const at::Tensor h1 = features(20, 6, 0.3), other = wave(20 * 6, 1.1, 1.3).reshape({20, 6});
  for (const double noise : {0.0, 0.8, 5.0}) {
    const at::Tensor h2 = 2 * h1 + noise * other + 4;
    EXPECT_EQ(correlation_hits(h1, h2).item<int64_t>(), naive_hits(h1, h2)) << noise;
  }
  EXPECT_EQ(correlation_hits(h1, h1).item<int64_t>(), 12);
  EXPECT_LT(naive_hits(h1, other), 12);
}

TEST(CorrelationHits, ConstantAndDuplicatedFeaturesAreWrong) {
  EXPECT_EQ(correlation_hits(at::ones({5, 4}), at::ones({5, 4})).item<int64_t>(), 0);
  at::Tensor h = features(20, 4, 0.3);
  h.select(1, 1).fill_(0);
  EXPECT_EQ(correlation_hits(h, h).item<int64_t>(), 6);
  h.select(1, 1).copy_(h.select(1, 0));
  EXPECT_EQ(correlation_hits(h, h).item<int64_t>(), 4);
  EXPECT_EQ(correlation_hits(h.slice(0, 0, 1), h.slice(0, 0, 1)).item<int64_t>(), 0);
}

TEST(ContrastiveHits, EqualTheKerasReferencesInAllBlocks) {
  for (const int64_t n : {1, 7, 300}) {
    const at::Tensor h1 = features(n, 6, 0.3), other = wave(n * 6, 1.1, 1.3).reshape({n, 6});
    for (const double noise : {0.0, 0.3, 2.0}) {
      const at::Tensor h2 = 2 * h1 + noise * other;
      const at::Tensor cosines = at::cosine_similarity(h1.unsqueeze(1), h2.unsqueeze(0), /*dim=*/2);
      const at::Tensor own = at::arange(n);
      const at::Tensor hits = cosines.argmax(1).eq(own).sum() + cosines.argmax(0).eq(own).sum();
      EXPECT_EQ(contrastive_hits(h1, h2).item<int64_t>(), hits.item<int64_t>())
          << n << " " << noise;
      if (noise == 2 && n == 300) {
        EXPECT_LT(hits.item<int64_t>(), 2 * n);
      }
    }
  }
}

TEST(ContrastiveHits, TiesAndZerosAreWrong) {
  EXPECT_EQ(contrastive_hits(at::ones({5, 4}), at::ones({5, 4})).item<int64_t>(), 0);
  EXPECT_EQ(contrastive_hits(at::zeros({5, 4}), at::eye(5, 4)).item<int64_t>(), 0);
  EXPECT_EQ(contrastive_hits(at::eye(5), 3 * at::eye(5)).item<int64_t>(), 10);
}

TEST(FeatureMeasures, ProcessesShareTheWork) {
  const at::Tensor h1 = testing::wave(300 * 7, 0.9, 0.2).reshape({300, 7});
  const at::Tensor h2 = h1 + 0.3 * testing::wave(300 * 7, 0.7, 1).reshape({300, 7});
  for (const int64_t size : {2, 3, 9}) {  // more processes than features, too
    testing::in_group(size, [&](const Group& group) {
      EXPECT_LT(testing::distance(uniformity(h1, group), uniformity(h1)), 1e-12);
      EXPECT_TRUE(at::equal(group.sum(correlation_hits(h1, h2, group)), correlation_hits(h1, h2)));
      EXPECT_TRUE(at::equal(group.sum(contrastive_hits(h1, h2, group)), contrastive_hits(h1, h2)));
    });
  }
  EXPECT_GT(contrastive_hits(h1, h2).item<int64_t>(), 0);
  EXPECT_GT(correlation_hits(h1, h2).item<int64_t>(), 0);
}

TEST(EffectiveRank, EqualsItsDefinitionWhicheverSideIsLonger) {
  for (const auto& [n, d] : {std::pair<int64_t, int64_t>{30, 6}, {6, 30}}) {
    const at::Tensor h = features(n, d, 0.3) + 5;
    const at::Tensor sigma = at::linalg_svdvals(h - h.mean(0, true));
    const at::Tensor p = sigma / sigma.sum();
    double entropy = 0;
    for (int64_t i = 0; i < p.size(0); ++i) {
      if (value(p[i]) > 1e-14) entropy -= value(p[i] * p[i].log());
    }
    EXPECT_NEAR(effective_rank(h), std::exp(entropy), 1e-5);
  }
}

TEST(EffectiveRank, OrthogonalDirectionsCountWhole) {
  // Rows ±e_i: centred, and each direction has the same singular value.
  const at::Tensor e = at::eye(5, at::kDouble);
  EXPECT_NEAR(effective_rank(at::cat({e, -e})), 5, 1e-9);
  EXPECT_NEAR(effective_rank(at::cat({e, -e}).slice(1, 0, 2)), 2, 1e-9);
}

TEST(EffectiveRank, ItsDegeneratePointsAreStated) {
  EXPECT_EQ(effective_rank(at::zeros({8, 3})), 0);
  EXPECT_EQ(effective_rank(at::full({8, 3}, 0.1, at::kDouble)), 0);
  EXPECT_EQ(effective_rank(at::ones({1, 3})), 0);
  const at::Tensor line = at::mm(features(50, 1, 0.3), features(1, 200, 1.3)) + 7;
  EXPECT_NEAR(effective_rank(line), 1, 1e-6);
}

TEST(Deviations, EqualANaiveLoop) {
  const at::Tensor h = features(9, 4, 0.3) * at::tensor({1.0, 3.0, 0.0, 0.5}) + 2;
  double sum = 0;
  for (int64_t j = 0; j < 4; ++j) {
    double mean = 0, squares = 0;
    for (int64_t i = 0; i < 9; ++i) mean += value(h[i][j]) / 9;
    for (int64_t i = 0; i < 9; ++i) squares += std::pow(value(h[i][j]) - mean, 2) / 9;
    sum += std::sqrt(squares);
  }
  const Deviations found = deviations(h);
  EXPECT_NEAR(found.mean, sum / 4, 1e-12);
  EXPECT_NEAR(found.smallest, 0, 1e-12);
  EXPECT_EQ(found.dead, 0.25);
  EXPECT_GT(deviations(h.slice(1, 0, 2)).smallest, 0.1);
}

TEST(Deviations, OfOneImageAndOfConstantsAreZero) {
  for (const at::Tensor& h : {at::ones({1, 3}), at::zeros({5, 3})}) {
    EXPECT_EQ(deviations(h).mean, 0);
    EXPECT_EQ(deviations(h).dead, 1);
  }
}

}  // namespace
}  // namespace stl10
