#include "stl10/loss/decoupled_contrastive.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <limits>

#include "stl10/base/unit_length.h"

namespace stl10 {

at::Tensor decoupled_contrastive(const at::Tensor& z1, const at::Tensor& z2, double tau,
                                 const std::optional<double>& sigma) {
  TORCH_CHECK(z1.dim() == 2 && z1.sizes() == z2.sizes() && z1.size(0) > 1,
              "DCL needs two (N, D), N above 1, not ", z1.sizes(), " and ", z2.sizes());
  TORCH_CHECK(tau > 0 && sigma.value_or(1) > 0, "tau and sigma must be above 0");
  const int64_t n = z1.size(0);
  const at::Tensor z = unit_length(at::cat({z1, z2}));  // (2N, D)
  const at::Tensor positive = (z.slice(0, 0, n) * z.slice(0, n)).sum(1);
  const at::Tensor same = at::eye(n, z.options().dtype(at::kBool)).repeat({2, 2});
  const at::Tensor others =
      (at::mm(z, z.t()) / tau).masked_fill(same, -std::numeric_limits<double>::infinity());
  at::Tensor weight = at::ones_like(positive);
  if (sigma) weight = 2 - static_cast<double>(n) * at::softmax(positive.detach() / *sigma, 0);
  return at::logsumexp(others, 1).mean() - (weight * positive).mean() / tau;
}

}  // namespace stl10
