#include "stl10/loss/redundancy_reduction.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace stl10 {
namespace {

void check_pairs(const at::Tensor& z1, const at::Tensor& z2, int64_t fewest) {
  TORCH_CHECK(z1.dim() == 2 && z1.sizes() == z2.sizes() && z1.size(0) >= fewest,
              "the loss needs two (N, D), N at least ", fewest, ", not ", z1.sizes(), " and ",
              z2.sizes());
}

at::Tensor wide(const at::Tensor& z) {
  return z.scalar_type() == at::kDouble ? z : z.to(at::kFloat);
}

at::Tensor correlation(const at::Tensor& z1, const at::Tensor& z2) {
  check_pairs(z1, z2, 1);
  return at::mm(standardized(z1).t(), standardized(z2)) / static_cast<double>(z1.size(0));
}

/// Σᵢ(1 − Cᵢᵢ)² + λ Σᵢ Σⱼ≠ᵢ (Cᵢⱼ − target)².
at::Tensor apart(const at::Tensor& c, double target, double lambda) {
  const at::Tensor others = (c - target).square();
  return (1 - c.diagonal()).square().sum() + lambda * (others.sum() - others.diagonal().sum());
}

at::Tensor too_narrow(const at::Tensor& z) {
  constexpr double kEpsilon = 1e-4;
  return at::relu(1 - (z.var(0, /*unbiased=*/true) + kEpsilon).sqrt()).mean();
}

at::Tensor covariances(const at::Tensor& z) {
  const at::Tensor centered = z - z.mean(0);
  const at::Tensor squares =
      (at::mm(centered.t(), centered) / static_cast<double>(z.size(0) - 1)).square();
  return (squares.sum() - squares.diagonal().sum()) / static_cast<double>(z.size(1));
}

}  // namespace

at::Tensor standardized(const at::Tensor& z) {
  constexpr double kEpsilon = 1e-5;
  const at::Tensor centered = wide(z) - wide(z).mean(0);
  return centered * (centered.square().mean(0) + kEpsilon).rsqrt();
}

at::Tensor barlow_twins(const at::Tensor& z1, const at::Tensor& z2, double lambda) {
  return apart(correlation(z1, z2), 0, lambda);
}

at::Tensor hsic(const at::Tensor& z1, const at::Tensor& z2, double lambda) {
  return apart(correlation(z1, z2), -1, lambda);
}

at::Tensor vicreg(const at::Tensor& z1, const at::Tensor& z2, const VicregWeights& weights) {
  check_pairs(z1, z2, 2);
  const at::Tensor a = wide(z1), b = wide(z2);
  return weights.invariance * (a - b).square().mean() +
         weights.variance * (too_narrow(a) + too_narrow(b)) +
         weights.covariance * (covariances(a) + covariances(b));
}

}  // namespace stl10
