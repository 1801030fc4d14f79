#include "stl10/train/metric_sums.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <vector>

namespace stl10 {

MetricSums::MetricSums(const std::map<std::string, Sum>& start) {
  for (const auto& [name, sum] : start) entries_[name].start = sum;
}

void MetricSums::add(const std::string& name, const at::Tensor& sum, int64_t count) {
  const at::NoGradGuard no_grad;
  TORCH_CHECK(sum.numel() == 1, "the sum of ", name, " must be one value, not ", sum.sizes());
  const at::Tensor value = sum.detach().to(at::kDouble).reshape({});
  Entry& entry = entries_[name];
  if (!entry.total.defined()) entry.total = at::full_like(value, entry.start.sum);
  entry.total.add_(value);
  entry.count += count;
  if (!bad_step_.defined()) bad_step_ = at::zeros({}, value.options().dtype(at::kLong));
  const at::Tensor is_first = value.isfinite().logical_not_().logical_and_(bad_step_.eq(0));
  bad_step_.masked_fill_(is_first, step_ + 1);
}

void MetricSums::add_mean(const std::string& name, const at::Tensor& mean, int64_t count) {
  if (count == 0) return add(name, at::zeros({}, mean.options()), 0);
  add_part(name, mean, count, count);
}

void MetricSums::add_part(const std::string& name, const at::Tensor& part, int64_t own,
                          int64_t all) {
  add(name, part.detach().to(at::kDouble) * all, own);
}

MetricSums::Reading MetricSums::read() const {
  Reading reading;
  std::vector<at::Tensor> totals;
  for (const auto& [name, entry] : entries_) {
    reading.sums[name] = {entry.start.sum, entry.start.count + entry.count};
    if (entry.total.defined()) totals.push_back(entry.total);
  }
  if (totals.empty()) return reading;
  totals.push_back(bad_step_.to(at::kDouble));
  const at::Tensor host = at::stack(totals).to(at::kCPU);
  const double* next = host.const_data_ptr<double>();
  for (const auto& [name, entry] : entries_) {
    if (entry.total.defined()) reading.sums[name].sum = *next++;
  }
  if (*next > 0) reading.bad_step = static_cast<int64_t>(*next) - 1;
  return reading;
}

MetricSums::Reading MetricSums::read_of_all(const Group& group) const {
  Reading reading = read();
  if (group.is_one()) return reading;
  std::vector<double> added;
  for (const auto& [name, sum] : reading.sums) {
    const Sum& start = entries_.at(name).start;
    added.push_back(sum.sum - start.sum);
    added.push_back(static_cast<double>(sum.count - start.count));
  }
  const at::Tensor all = group.sum(at::tensor(added, at::kDouble));
  const double* next = all.const_data_ptr<double>();
  for (auto& [name, sum] : reading.sums) {
    const Sum& start = entries_.at(name).start;
    sum.sum = start.sum + *next++;
    sum.count = start.count + static_cast<int64_t>(*next++);
  }
  return reading;
}

}  // namespace stl10
