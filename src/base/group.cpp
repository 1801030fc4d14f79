#include "stl10/base/group.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace stl10 {
at::TensorOptions Group::options_of(const at::Tensor& values) const {
  const at::Device device = exchange_->takes(values.device()) ? values.device() : at::kCPU;
  return values.options().device(device);
}

at::Tensor Group::exchangeable(const at::Tensor& values) const {
  return at::empty(values.sizes(), options_of(values)).copy_(values.detach());
}

std::pair<int64_t, int64_t> Group::part_of(int64_t count) const { return part_of(count, rank_); }

std::pair<int64_t, int64_t> Group::part_of(int64_t count, int64_t rank) const {
  const auto begin = [&](int64_t of_rank) { return (of_rank * count + size_ - 1) / size_; };
  return {begin(rank), begin(rank + 1)};
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
  const auto* const each = counts.const_data_ptr<int64_t>();
  return gather_counted(rows, {each, each + size_});
}

at::Tensor Group::gather_parts(const at::Tensor& rows, int64_t count) const {
  if (is_one()) return rows;
  std::vector<int64_t> counts;
  for (int64_t rank = 0; rank < size_; ++rank) {
    const auto [first, last] = part_of(count, rank);
    counts.push_back(last - first);
  }
  return gather_counted(rows, counts);
}

at::Tensor Group::gather_counted(const at::Tensor& rows, const std::vector<int64_t>& counts) const {
  std::vector<int64_t> shape = rows.sizes().vec();
  shape[0] = *std::max_element(counts.begin(), counts.end());
  const at::Tensor own = at::zeros(shape, options_of(rows));
  own.slice(0, 0, rows.size(0)).copy_(rows.detach());
  const at::Tensor all = exchange_->gather(own);
  std::vector<at::Tensor> parts;
  for (int64_t rank = 0; rank < size_; ++rank) {
    parts.push_back(all[rank].slice(0, 0, counts[static_cast<size_t>(rank)]));
  }
  return at::cat(parts).to(rows.device());
}

at::Tensor Group::sum_to_owners(const at::Tensor& rows) const {
  if (is_one()) return rows;
  const int64_t count = rows.size(0);
  std::vector<int64_t> shape = rows.sizes().vec();
  shape[0] = (count + size_ - 1) / size_;  // the most that one has
  shape.insert(shape.begin(), size_);
  const at::Tensor parts = at::zeros(shape, options_of(rows));
  for (int64_t rank = 0; rank < size_; ++rank) {
    const auto [first, last] = part_of(count, rank);
    parts[rank].slice(0, 0, last - first).copy_(rows.detach().slice(0, first, last));
  }
  const auto [first, last] = part_of(count);
  return exchange_->sum_for_each(parts).slice(0, 0, last - first).to(rows.device());
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
