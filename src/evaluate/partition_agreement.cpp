#include "stl10/evaluate/partition_agreement.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

namespace stl10 {
namespace {

/// Entropy in nats of counts that sum to n.
double entropy(const at::Tensor& counts, double n) {
  const at::Tensor p = counts / n;
  return -at::xlogy(p, p).sum().item<double>();
}

double pairs_in(const at::Tensor& counts) {
  return (counts * (counts - 1)).sum().item<double>() / 2;
}

}  // namespace

PartitionAgreement partition_agreement(const at::Tensor& labels, const at::Tensor& clusters) {
  TORCH_CHECK(labels.sizes() == clusters.sizes() && labels.numel() > 0, "a cluster for each label");
  const auto n = static_cast<double>(labels.numel());
  const int64_t columns = clusters.max().item<int64_t>() + 1;
  const int64_t rows = labels.max().item<int64_t>() + 1;
  const at::Tensor both = at::bincount(labels * columns + clusters, {}, rows * columns)
                              .reshape({rows, columns})
                              .to(at::kDouble);
  const at::Tensor by_label = both.sum(1), by_cluster = both.sum(0);
  PartitionAgreement agreement;
  agreement.purity = both.amax(0).sum().item<double>() / n;

  const double h1 = entropy(by_label, n), h2 = entropy(by_cluster, n);
  const double information = h1 + h2 - entropy(both, n);
  agreement.nmi = h1 + h2 > 0 ? std::clamp(2 * information / (h1 + h2), 0.0, 1.0) : 1;

  const double joined = pairs_in(both), first = pairs_in(by_label), second = pairs_in(by_cluster);
  const double all = n * (n - 1) / 2;
  // Where both part all points, or both join all, there is no chance to be above.
  const bool equal = joined == first && joined == second;
  const double expected = all > 0 ? first * second / all : 0;
  agreement.ari = equal ? 1 : (joined - expected) / ((first + second) / 2 - expected);
  return agreement;
}

}  // namespace stl10
