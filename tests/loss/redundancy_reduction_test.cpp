#include "stl10/loss/redundancy_reduction.h"

#include <gtest/gtest.h>

#include <cmath>

#include "loss/pair_losses.h"

namespace stl10 {
namespace {

using testing::embeddings_of;
using testing::gradient_error;

/// Cᵢⱼ of the definition, with loops.
double correlation_of(const at::Tensor& z1, const at::Tensor& z2, int64_t i, int64_t j) {
  const int64_t n = z1.size(0);
  const auto moments = [&](const at::Tensor& z, int64_t k) {
    double mean = 0, square = 0;
    for (int64_t row = 0; row < n; ++row) mean += z[row][k].item<double>() / double(n);
    for (int64_t row = 0; row < n; ++row) {
      square += std::pow(z[row][k].item<double>() - mean, 2) / double(n);
    }
    return std::pair(mean, std::sqrt(square + 1e-5));
  };
  const auto [mean1, deviation1] = moments(z1, i);
  const auto [mean2, deviation2] = moments(z2, j);
  double sum = 0;
  for (int64_t row = 0; row < n; ++row) {
    sum += (z1[row][i].item<double>() - mean1) / deviation1 *
           ((z2[row][j].item<double>() - mean2) / deviation2);
  }
  return sum / double(n);
}

double naive(const at::Tensor& z1, const at::Tensor& z2, double target, double lambda) {
  double loss = 0;
  for (int64_t i = 0; i < z1.size(1); ++i) {
    for (int64_t j = 0; j < z1.size(1); ++j) {
      const double c = correlation_of(z1, z2, i, j);
      loss += i == j ? std::pow(1 - c, 2) : lambda * std::pow(c - target, 2);
    }
  }
  return loss;
}

TEST(BarlowTwins, EqualsItsDefinition) {
  const at::Tensor z1 = embeddings_of(7, 4, 0.2), z2 = embeddings_of(7, 4, 1.1);
  EXPECT_NEAR(barlow_twins(z1, z2, 0.3).item<double>(), naive(z1, z2, 0, 0.3), 1e-10);
  EXPECT_NEAR(hsic(z1, z2, 0.3).item<double>(), naive(z1, z2, -1, 0.3), 1e-10);
}

TEST(BarlowTwins, EqualViewsOfUnrelatedDimensionsHaveNoLoss) {
  // Rows of a Hadamard matrix: dimensions of mean 0 and variance 1 without correlation.
  const at::Tensor z =
      at::tensor({1.0, 1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, -1.0, -1.0, -1.0, 1.0}).view({4, 3});
  EXPECT_NEAR(barlow_twins(z, 3 * z + 5, 1).item<double>(), 0, 1e-8);
  // Nothing shared is one short of what HSIC wants, for each of the six pairs.
  EXPECT_NEAR(hsic(z, z, 0.5).item<double>(), 3, 1e-4);
}

TEST(BarlowTwins, AConstantDimensionCountsAsUncorrelated) {
  const at::Tensor z = at::full({5, 2}, 0.7);
  EXPECT_NEAR(barlow_twins(z, z, 0.1).item<double>(), 2, 1e-6);
}

TEST(Vicreg, EqualsItsDefinition) {
  const int64_t n = 6, d = 3;
  const at::Tensor z[] = {embeddings_of(n, d, 0.2), 0.4 * embeddings_of(n, d, 1.1)};
  double invariance = 0, variance = 0, covariance = 0;
  for (int64_t row = 0; row < n; ++row) {
    for (int64_t k = 0; k < d; ++k) {
      invariance += std::pow((z[0][row][k] - z[1][row][k]).item<double>(), 2) / double(n * d);
    }
  }
  for (const at::Tensor& view : z) {
    const at::Tensor c = at::cov(view.t());
    for (int64_t i = 0; i < d; ++i) {
      for (int64_t j = 0; j < d; ++j) {
        const double value = c[i][j].item<double>();
        if (i == j) {
          variance += std::max(0.0, 1 - std::sqrt(value + 1e-4)) / double(d);
        } else {
          covariance += value * value / double(d);
        }
      }
    }
  }
  EXPECT_GT(variance, 0.1);
  EXPECT_NEAR(vicreg(z[0], z[1], {}).item<double>(), 25 * invariance + 25 * variance + covariance,
              1e-10);
  EXPECT_NEAR(vicreg(z[0], z[1], {0, 0, 2}).item<double>(), 2 * covariance, 1e-10);
}

TEST(Vicreg, ACollapseCostsTheWholeVariance) {
  const at::Tensor z = at::zeros({4, 5}, at::kDouble);
  EXPECT_NEAR(vicreg(z, z, {}).item<double>(), 25 * 2 * (1 - 0.01), 1e-10);
}

TEST(RedundancyReduction, GradientsAreThoseOfDifferences) {
  EXPECT_LT(
      gradient_error([](const auto& a, const auto& b) { return barlow_twins(a, b, 0.3); }, 6, 3),
      1e-6);
  EXPECT_LT(gradient_error([](const auto& a, const auto& b) { return hsic(a, b, 0.3); }, 6, 3),
            1e-6);
  EXPECT_LT(
      gradient_error([](const auto& a, const auto& b) { return vicreg(0.3 * a, b, {}); }, 6, 3),
      1e-6);
}

TEST(RedundancyReduction, HalfPrecisionIsSummedInFloat) {
  const at::Tensor z1 = embeddings_of(64, 8, 0.2).to(at::kBFloat16),
                   z2 = embeddings_of(64, 8, 1.1).to(at::kBFloat16);
  const at::Tensor loss = barlow_twins(z1, z2, 0.3);
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  EXPECT_NEAR(loss.item<double>(),
              barlow_twins(z1.to(at::kDouble), z2.to(at::kDouble), 0.3).item<double>(), 1e-4);
  EXPECT_THROW(vicreg(z1.slice(0, 0, 1), z2.slice(0, 0, 1), {}), c10::Error);
}

}  // namespace
}  // namespace stl10
