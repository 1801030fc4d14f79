#include "stl10/loss/redundancy_reduction.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace stl10 {
namespace {

void check_pairs(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows,
                 int64_t fewest) {
  TORCH_CHECK(z1.dim() == 2 && z1.sizes() == z2.sizes() && rows.count(z1) >= fewest,
              "the loss needs two (N, D), N at least ", fewest, ", not ", z1.sizes(), " and ",
              z2.sizes());
}

at::Tensor wide(const at::Tensor& z) {
  return z.scalar_type() == at::kDouble ? z : z.to(at::kFloat);
}

at::Tensor correlation(const at::Tensor& z1, const at::Tensor& z2, const SharedRows& rows) {
  check_pairs(z1, z2, rows, 1);
  return rows.sum(at::mm(standardized(z1, rows).t(), standardized(z2, rows))) /
         static_cast<double>(rows.count(z1));
}

/// Σᵢ(1 − Cᵢᵢ)² + λ Σᵢ Σⱼ≠ᵢ (Cᵢⱼ − target)².
at::Tensor apart(const at::Tensor& c, double target, double lambda) {
  const at::Tensor others = (c - target).square();
  return (1 - c.diagonal()).square().sum() + lambda * (others.sum() - others.diagonal().sum());
}

/// What a view's covariances (D, D) say of its dimensions: how far their deviations stay below 1,
/// and what they have in common.
at::Tensor collapsed(const at::Tensor& z, const VicregWeights& weights, const SharedRows& rows) {
  constexpr double kEpsilon = 1e-4;
  const at::Tensor centered = z - rows.mean_of_all(z);
  const at::Tensor covariances =
      rows.sum(at::mm(centered.t(), centered)) / static_cast<double>(rows.count(z) - 1);
  const at::Tensor variances = covariances.diagonal();
  const at::Tensor too_narrow = at::relu(1 - (variances + kEpsilon).sqrt()).mean();
  const at::Tensor in_common = covariances.square().sum() - variances.square().sum();
  return weights.variance * too_narrow +
         weights.covariance * in_common / static_cast<double>(z.size(1));
}

}  // namespace

at::Tensor standardized(const at::Tensor& z, const SharedRows& rows) {
  constexpr double kEpsilon = 1e-5;
  const at::Tensor centered = wide(z) - rows.mean_of_all(wide(z));
  return centered * (rows.mean_of_all(centered.square()) + kEpsilon).rsqrt();
}

at::Tensor barlow_twins(const at::Tensor& z1, const at::Tensor& z2, double lambda,
                        const SharedRows& rows) {
  return rows.part_of(apart(correlation(z1, z2, rows), 0, lambda));
}

at::Tensor hsic(const at::Tensor& z1, const at::Tensor& z2, double lambda, const SharedRows& rows) {
  return rows.part_of(apart(correlation(z1, z2, rows), -1, lambda));
}

at::Tensor vicreg(const at::Tensor& z1, const at::Tensor& z2, const VicregWeights& weights,
                  const SharedRows& rows) {
  check_pairs(z1, z2, rows, 2);
  const at::Tensor a = wide(z1), b = wide(z2);
  return weights.invariance * rows.mean((a - b).square()) +
         rows.part_of(collapsed(a, weights, rows) + collapsed(b, weights, rows));
}

}  // namespace stl10
