#include "stl10/loss/info_nce.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "stl10/base/unit_length.h"

namespace stl10 {
namespace {

void check_rows(const at::Tensor& q, const at::Tensor& k, double tau) {
  TORCH_CHECK(q.dim() == 2 && q.sizes() == k.sizes() && q.size(0) > 0,
              "InfoNCE needs two (N, D), N above 0, not ", q.sizes(), " and ", k.sizes());
  TORCH_CHECK(tau > 0, "the temperature must be above 0, not ", tau);
}

/// @param own (N), all (N, M), others (N, ·): each anchor's similarity to its own candidate, to all
/// candidates, and to all but its own.
InfoNce contrasted(const at::Tensor& own, const at::Tensor& all, const at::Tensor& others,
                   double tau) {
  return {at::logsumexp(all / tau, 1).mean() - own.mean() / tau,
          own.detach().gt(others.detach().amax(1)).sum()};
}

}  // namespace

InfoNce info_nce(const at::Tensor& q, const at::Tensor& k, double tau) {
  check_rows(q, k, tau);
  const at::Tensor s = at::mm(unit_length(q), unit_length(k).t());
  const at::Tensor self = at::eye(s.size(0), s.options().dtype(at::kBool));
  constexpr double kBelowEveryCosine = -2;
  return contrasted(s.diagonal(), s, s.masked_fill(self, kBelowEveryCosine), tau);
}

InfoNce info_nce(const at::Tensor& q, const at::Tensor& k, const at::Tensor& negatives,
                 double tau) {
  check_rows(q, k, tau);
  const at::Tensor anchors = unit_length(q);
  const at::Tensor own = (anchors * unit_length(k)).sum(1);
  const at::Tensor others = at::mm(anchors, unit_length(negatives).t());
  return contrasted(own, at::cat({own.unsqueeze(1), others}, 1), others, tau);
}

}  // namespace stl10
