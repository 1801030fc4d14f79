#include "stl10/evaluate/class_shares.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>

namespace stl10 {

ClassShares class_shares(const at::Tensor& labels, int64_t classes) {
  const at::Tensor counts = at::bincount(labels, {}, classes);
  ClassShares shares;
  shares.counts.assign(counts.data_ptr<int64_t>(), counts.data_ptr<int64_t>() + classes);
  double entropy = 0;
  for (const int64_t count : shares.counts) {
    const double p = static_cast<double>(count) / static_cast<double>(labels.numel());
    if (count > 0) entropy -= p * std::log(p);
  }
  if (classes > 1) shares.normalized_entropy = entropy / std::log(static_cast<double>(classes));
  const auto [least, most] = std::minmax_element(shares.counts.begin(), shares.counts.end());
  if (*least == 0) return shares;
  const auto a = static_cast<double>(*most), b = static_cast<double>(*least);
  shares.ratio = a / b;
  const double spread = std::exp(1.96 * std::sqrt(1 / a + 1 / b));
  shares.ratio_interval = {std::max(1.0, a / b / spread), a / b * spread};
  return shares;
}

}  // namespace stl10
