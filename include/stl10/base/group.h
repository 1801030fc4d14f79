#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace stl10 {

/// What the processes of a group exchange. All of them make the same calls in the same order, with
/// tensors of the same shapes and types, contiguous and on a device that it takes. @throws
/// GroupError where a process is gone, or lets the others wait too long; the group is of no use
/// afterwards.
class Exchange {
 public:
  virtual ~Exchange() = default;

  /// Whether it exchanges values of this device where they lie; it always does those of the CPU.
  virtual bool takes(const at::Device& device) const { return device.is_cpu(); }

  /// Every process's `values` become the sum of all, with the same bits everywhere.
  virtual void sum(at::Tensor& values) = 0;

  /// (size, …): those of all processes by rank.
  virtual at::Tensor gather(const at::Tensor& values) = 0;

  /// @param values (size, …): something for each rank. @return the sum over all processes of what
  /// they have for this one, with the bits that `sum` would give.
  virtual at::Tensor sum_for_each(const at::Tensor& values) = 0;

  /// Every process's `values` become those of rank 0.
  virtual void broadcast(at::Tensor& values) = 0;

  /// Returns when all processes have come here.
  virtual void barrier() = 0;
};

/// The processes that train one network together. A group of one, the default, exchanges nothing
/// and costs nothing. It travels in `Compute`.
class Group {
 public:
  Group() = default;
  Group(int64_t rank, int64_t size, std::shared_ptr<Exchange> exchange)
      : rank_(rank), size_(size), exchange_(std::move(exchange)) {}

  int64_t rank() const { return rank_; }
  int64_t size() const { return size_; }
  bool is_one() const { return size_ == 1; }

  /// Whether it is the process that makes folders, writes and prints.
  bool leads() const { return rank_ == 0; }

  /// The part of `count` rows that is this process's: from ⌈rank · count/size⌉ to
  /// ⌈(rank + 1) · count/size⌉, whose parts may differ by one, or be empty.
  std::pair<int64_t, int64_t> part_of(int64_t count) const;

  /// The sum over all processes. @param values any shape, type and device.
  at::Tensor sum(const at::Tensor& values) const;

  /// The rows of all processes, by rank. @param rows (n, …), n may differ and be 0.
  at::Tensor gather_rows(const at::Tensor& rows) const;

  /// The same of processes that have their `part_of` so many rows, in one exchange.
  at::Tensor gather_parts(const at::Tensor& rows, int64_t count) const;

  /// This process's part of the sum over all processes. @param rows (count, …) of all of them.
  at::Tensor sum_to_owners(const at::Tensor& rows) const;

  /// Rank 0's values. @param values the same shape everywhere.
  at::Tensor broadcast(const at::Tensor& values) const;

  void barrier() const;

  /// The first of `values` (n), int64, that differs between processes; empty where all agree.
  std::optional<int64_t> first_difference(const at::Tensor& values) const;

 private:
  std::pair<int64_t, int64_t> part_of(int64_t count, int64_t rank) const;
  /// Where `values` are exchanged: where they lie, or else on the CPU.
  at::TensorOptions options_of(const at::Tensor& values) const;
  /// A copy of its own that can be exchanged.
  at::Tensor exchangeable(const at::Tensor& values) const;
  /// @param counts of the ranks' rows.
  at::Tensor gather_counted(const at::Tensor& rows, const std::vector<int64_t>& counts) const;

  int64_t rank_ = 0, size_ = 1;
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace stl10
