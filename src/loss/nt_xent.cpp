#include "stl10/loss/nt_xent.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "stl10/base/unit_length.h"

namespace stl10 {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Similarities of a block of rows: 1 MiB, which stays in a CPU's caches; on a GPU as many as save
/// launches.
int64_t block_values(const at::Tensor& z) { return z.is_cpu() ? 1 << 18 : 1 << 26; }

/// Anchors (A, D) and their candidates (B, D). The positive of anchor i is candidate
/// i + `positive`; candidate i + `self` is the anchor itself and doesn't count.
struct Direction {
  at::Tensor anchors, candidates;
  int64_t positive = 0;
  std::optional<int64_t> self = {};
};

/// What all anchors of all directions add up to, and how that changes with their embeddings.
struct Sums {
  at::Tensor loss, correct;
};

/// Adds the anchors' losses, and their derivatives to `d_anchors` and `d_candidates`, the
/// directions' parts of one tensor.
void add_direction(const Direction& direction, double tau, Sums& sums, const at::Tensor& d_anchors,
                   const at::Tensor& d_candidates) {
  const int64_t count = direction.anchors.size(0);
  const at::Tensor& b = direction.candidates;  // (B, D)
  const int64_t rows = std::max<int64_t>(1, block_values(b) / b.size(0));
  for (int64_t first = 0; first < count; first += rows) {
    const at::Tensor a = direction.anchors.slice(0, first, first + rows);  // (rows, D)
    at::Tensor s = at::mm(a, b.t()).div_(tau);                             // (rows, B)
    const at::Tensor at_positive = s.diagonal(first + direction.positive);
    if (direction.self) s.diagonal(first + *direction.self).fill_(-kInfinity);
    const at::Tensor log_sum = at::logsumexp(s, 1);
    const at::Tensor positive = at_positive.clone();
    sums.loss.add_((log_sum - positive).sum());
    at_positive.fill_(-kInfinity);
    sums.correct.add_(positive.gt(s.amax(1)).sum());
    at_positive.copy_(positive);
    s.sub_(log_sum.unsqueeze(1)).exp_();  // softmax; less one at the positive: the derivative
    at_positive.sub_(1);
    d_anchors.slice(0, first, first + rows).addmm_(s, b, 1, 1 / tau);
    d_candidates.addmm_(s.t(), a, 1, 1 / tau);
  }
}

/// z (2n, D) of unit length, the first view before the second → loss and correct anchors. Its
/// derivative is computed along the way, because the similarities are there, and not kept.
class NtXentFunction : public torch::autograd::Function<NtXentFunction> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& z, double tau,
                               NtXentForm form, const SharedRows& rows) {
    const SharedRows views = rows.stacked(2);
    const at::Tensor all = views.gather(z);  // (2N, D)
    const int64_t own = z.size(0) / 2, n = all.size(0) / 2, first = rows.first();
    const at::Tensor z1 = z.slice(0, 0, own), z2 = z.slice(0, own);
    const at::Tensor c1 = all.slice(0, 0, n), c2 = all.slice(0, n);
    at::Tensor dz = at::zeros_like(z);
    const bool alone = rows.group().is_one();
    const at::Tensor d_all = alone ? dz : at::zeros_like(all);  // of candidates
    const at::Tensor d1 = dz.slice(0, 0, own), d2 = dz.slice(0, own);
    Sums sums{at::zeros({}, z.options()), at::zeros({}, z.options().dtype(at::kLong))};
    if (form == NtXentForm::kCrossView) {
      add_direction({z1, c2, /*positive=*/first}, tau, sums, d1, d_all.slice(0, n));
      add_direction({z2, c1, /*positive=*/first}, tau, sums, d2, d_all.slice(0, 0, n));
    } else {
      add_direction({z1, all, /*positive=*/n + first, /*self=*/first}, tau, sums, d1, d_all);
      add_direction({z2, all, /*positive=*/first, /*self=*/n + first}, tau, sums, d2, d_all);
    }
    if (!alone) dz.add_(views.sum_to_owners(d_all));
    const double anchors = static_cast<double>(2 * n);
    context->save_for_backward({dz.div_(anchors)});
    context->mark_non_differentiable({sums.correct});
    return {sums.loss.div_(anchors), sums.correct};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {context->get_saved_variables()[0] * gradients[0], {}, {}, {}};
  }
};

}  // namespace

int64_t nt_xent_candidates(NtXentForm form, int64_t images) {
  return form == NtXentForm::kCrossView ? images : 2 * images - 1;
}

NtXent nt_xent(const at::Tensor& z1, const at::Tensor& z2, double tau, NtXentForm form,
               const SharedRows& rows) {
  TORCH_CHECK(z1.dim() == 2 && z1.sizes() == z2.sizes() && rows.count(z1) > 0,
              "NT-Xent needs two (N, D), N above 0, not ", z1.sizes(), " and ", z2.sizes());
  TORCH_CHECK(tau > 0, "the temperature must be above 0, not ", tau);
  const variable_list results =
      NtXentFunction::apply(unit_length(at::cat({z1, z2})), tau, form, rows);
  return {results[0], results[1]};
}

}  // namespace stl10
