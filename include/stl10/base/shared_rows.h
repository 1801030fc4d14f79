#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "stl10/base/group.h"

namespace stl10 {

/// The rows of a batch that the processes of a group share out, each with its `Group::part_of`.
///
/// A quantity of the whole batch is the sum over the processes of what each makes of its own rows;
/// so is its gradient, since that of gathered or summed rows is the sum of all processes'. (Code
/// that gathers without gradient loses the terms in which a row is another process's candidate.)
/// Every process makes the same calls in the same order, also one without rows.
class SharedRows {
 public:
  /// All rows are here, whatever their number; nothing is exchanged.
  SharedRows() = default;

  /// @param count rows of all processes.
  SharedRows(const Group& group, int64_t count) : group_(group), count_(count) {}

  /// Of tensors that hold the rows so many times, one block after the other (an image's views).
  SharedRows stacked(int64_t blocks) const;

  const Group& group() const { return group_; }

  /// The number of this process's first row among all rows of a block.
  int64_t first() const;

  /// Of all processes. @param own what this one has, (n, …).
  int64_t count(const at::Tensor& own) const;

  /// This process's part of the mean over all rows and whatever axes follow. @param own (n, …).
  at::Tensor mean(const at::Tensor& own) const;

  /// The mean over all rows, the same everywhere, with gradient. @param own (n, …) → (…).
  at::Tensor mean_of_all(const at::Tensor& own) const;

  /// The sum over all processes, with gradient.
  at::Tensor sum(const at::Tensor& own) const;

  /// All rows in their order, with gradient. @param own (n, …).
  at::Tensor gather(const at::Tensor& own) const;

  /// (size, …): what the processes have of one shape each, with gradient.
  at::Tensor by_process(const at::Tensor& own) const;

  /// The sum over all processes of what belongs to this one's rows. @param all (N, …).
  at::Tensor sum_to_owners(const at::Tensor& all) const;

  /// This process's part of what all of them compute alike from quantities of the whole batch.
  at::Tensor part_of(const at::Tensor& whole) const;

 private:
  Group group_;
  int64_t count_ = 0;  ///< of a block; without a meaning where all rows are here
  int64_t blocks_ = 1;
};

}  // namespace stl10
