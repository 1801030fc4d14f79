#include "stl10/loss/info_nce.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "stl10/base/unit_length.h"

namespace stl10 {
namespace {

void check_rows(const at::Tensor& q, const at::Tensor& k, double tau, const SharedRows& rows) {
  TORCH_CHECK(q.dim() == 2 && q.sizes() == k.sizes() && rows.count(q) > 0,
              "InfoNCE needs two (N, D), N above 0, not ", q.sizes(), " and ", k.sizes());
  TORCH_CHECK(tau > 0, "the temperature must be above 0, not ", tau);
}

/// @param own (N), all (N, M), others (N, ·): each anchor's similarity to its own candidate, to all
/// candidates, and to all but its own.
InfoNce contrasted(const at::Tensor& own, const at::Tensor& all, const at::Tensor& others,
                   double tau, const SharedRows& rows) {
  return {rows.mean(at::logsumexp(all / tau, 1)) - rows.mean(own) / tau,
          own.detach().gt(others.detach().amax(1)).sum()};
}

}  // namespace

InfoNce info_nce(const at::Tensor& q, const at::Tensor& k, double tau, const SharedRows& rows) {
  constexpr double kBelowEveryCosine = -2;
  check_rows(q, k, tau, rows);
  const at::Tensor s = at::mm(unit_length(q), rows.gather(unit_length(k)).t());
  const at::Tensor own = s.diagonal(rows.first()).slice(0, 0, q.size(0));
  at::Tensor others = s.detach().clone();
  others.diagonal(rows.first()).fill_(kBelowEveryCosine);
  return contrasted(own, s, others, tau, rows);
}

InfoNce info_nce(const at::Tensor& q, const at::Tensor& k, const at::Tensor& negatives, double tau,
                 const SharedRows& rows) {
  check_rows(q, k, tau, rows);
  const at::Tensor anchors = unit_length(q);
  const at::Tensor own = (anchors * unit_length(k)).sum(1);
  const at::Tensor others = at::mm(anchors, unit_length(negatives).t());
  return contrasted(own, at::cat({own.unsqueeze(1), others}, 1), others, tau, rows);
}

}  // namespace stl10
