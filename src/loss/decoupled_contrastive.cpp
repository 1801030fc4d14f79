#include "stl10/loss/decoupled_contrastive.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <limits>

#include "stl10/base/unit_length.h"

namespace stl10 {

at::Tensor decoupled_contrastive(const at::Tensor& z1, const at::Tensor& z2, double tau,
                                 const std::optional<double>& sigma, const SharedRows& rows) {
  TORCH_CHECK(z1.dim() == 2 && z1.sizes() == z2.sizes() && rows.count(z1) > 1,
              "DCL needs two (N, D), N above 1, not ", z1.sizes(), " and ", z2.sizes());
  TORCH_CHECK(tau > 0 && sigma.value_or(1) > 0, "tau and sigma must be above 0");
  const int64_t n = z1.size(0), first = rows.first();
  const SharedRows views = rows.stacked(2);
  const at::Tensor z = unit_length(at::cat({z1, z2}));  // (2n, D)
  const at::Tensor all = views.gather(z);               // (2N, D)
  const at::Tensor positive = (z.slice(0, 0, n) * z.slice(0, n)).sum(1);
  const at::Tensor images = at::arange(rows.count(z1), z.options().dtype(at::kLong));
  const at::Tensor same = images.slice(0, first, first + n).unsqueeze(1).eq(images).repeat({2, 2});
  const at::Tensor others =
      (at::mm(z, all.t()) / tau).masked_fill(same, -std::numeric_limits<double>::infinity());
  at::Tensor weight = at::ones_like(positive);
  if (sigma) {
    const at::Tensor shares = at::softmax(rows.gather(positive.detach()) / *sigma, 0);
    weight = 2 - static_cast<double>(shares.size(0)) * shares.slice(0, first, first + n);
  }
  return views.mean(at::logsumexp(others, 1)) - rows.mean(weight * positive) / tau;
}

}  // namespace stl10
