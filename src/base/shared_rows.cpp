#include "stl10/base/shared_rows.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

#include "stl10/base/kept_group.h"

namespace stl10 {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// (blocks·n, …) of one process as its rows (n, blocks, …), in which they are gathered.
at::Tensor by_row(const at::Tensor& stacked, int64_t blocks) {
  return stacked.unflatten(0, {blocks, stacked.size(0) / blocks}).transpose(0, 1);
}

at::Tensor by_block(const at::Tensor& rows) { return rows.transpose(0, 1).flatten(0, 1); }

class SumOfProcesses : public torch::autograd::Function<SumOfProcesses> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& own, const Group& group) {
    keep(*context, group);
    return group.sum(own);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {kept_group(*context).sum(gradients[0]), {}};
  }
};

class GatheredRows : public torch::autograd::Function<GatheredRows> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& own, const Group& group,
                            int64_t count, int64_t blocks) {
    keep(*context, group);
    context->saved_data["blocks"] = blocks;
    return by_block(group.gather_parts(by_row(own, blocks), count));
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const int64_t blocks = context->saved_data["blocks"].toInt();
    const at::Tensor own = kept_group(*context).sum_to_owners(by_row(gradients[0], blocks));
    return {by_block(own), {}, {}, {}};
  }
};

}  // namespace

SharedRows SharedRows::stacked(int64_t blocks) const {
  SharedRows all = *this;
  all.blocks_ *= blocks;
  return all;
}

int64_t SharedRows::first() const { return group_.is_one() ? 0 : group_.part_of(count_).first; }

int64_t SharedRows::count(const at::Tensor& own) const {
  return group_.is_one() ? own.size(0) : blocks_ * count_;
}

at::Tensor SharedRows::mean(const at::Tensor& own) const {
  if (group_.is_one()) return own.mean();
  int64_t values = count(own);
  for (int64_t axis = 1; axis < own.dim(); ++axis) values *= own.size(axis);
  return own.sum() / static_cast<double>(values);
}

at::Tensor SharedRows::mean_of_all(const at::Tensor& own) const {
  if (group_.is_one()) return own.mean(0);
  return sum(own.sum(0)) / static_cast<double>(count(own));
}

at::Tensor SharedRows::sum(const at::Tensor& own) const {
  return group_.is_one() ? own : SumOfProcesses::apply(own, group_);
}

at::Tensor SharedRows::gather(const at::Tensor& own) const {
  return group_.is_one() ? own : GatheredRows::apply(own, group_, count_, blocks_);
}

at::Tensor SharedRows::by_process(const at::Tensor& own) const {
  return SharedRows(group_, group_.size()).gather(own.unsqueeze(0));
}

at::Tensor SharedRows::sum_to_owners(const at::Tensor& all) const {
  return group_.is_one() ? all : by_block(group_.sum_to_owners(by_row(all, blocks_)));
}

at::Tensor SharedRows::part_of(const at::Tensor& whole) const {
  return group_.is_one() ? whole : whole / static_cast<double>(group_.size());
}

}  // namespace stl10
