#include "stl10/base/group.h"

#include <ATen/Functions.h>

#include <vector>

namespace stl10 {
namespace {

/// A copy of its own that can be exchanged.
at::Tensor exchangeable(const at::Tensor& values) {
  return at::empty(values.sizes(), values.options().device(at::kCPU)).copy_(values.detach());
}

}  // namespace

std::pair<int64_t, int64_t> Group::part_of(int64_t count) const {
  const auto begin = [&](int64_t rank) { return (rank * count + size_ - 1) / size_; };
  return {begin(rank_), begin(rank_ + 1)};
}

at::Tensor Group::sum(const at::Tensor& values) const {
  if (is_one()) return values;
  at::Tensor total = exchangeable(values);
  exchange_->sum(total);
  return total.to(values.device());
}

at::Tensor Group::gather_rows(const at::Tensor& rows) const {
  if (is_one()) return rows;
  const at::Tensor counts = exchange_->gather(at::full({1}, rows.size(0), at::kLong));  // (size, 1)
  std::vector<int64_t> shape = rows.sizes().vec();
  shape[0] = counts.max().item<int64_t>();
  const at::Tensor own = at::zeros(shape, rows.options().device(at::kCPU));
  own.slice(0, 0, rows.size(0)).copy_(rows.detach());
  const at::Tensor all = exchange_->gather(own);
  std::vector<at::Tensor> parts;
  for (int64_t rank = 0; rank < size_; ++rank) {
    parts.push_back(all[rank].slice(0, 0, counts[rank].item<int64_t>()));
  }
  return at::cat(parts).to(rows.device());
}

at::Tensor Group::broadcast(const at::Tensor& values) const {
  if (is_one()) return values;
  at::Tensor received = exchangeable(values);
  exchange_->broadcast(received);
  return received.to(values.device());
}

void Group::barrier() const {
  if (!is_one()) exchange_->barrier();
}

std::optional<int64_t> Group::first_difference(const at::Tensor& values) const {
  if (is_one()) return std::nullopt;
  const at::Tensor all = exchange_->gather(exchangeable(values));  // (size, n)
  const at::Tensor differing = all.ne(all.slice(0, 0, 1)).any(0).nonzero();
  if (differing.numel() == 0) return std::nullopt;
  return differing[0][0].item<int64_t>();
}

}  // namespace stl10
