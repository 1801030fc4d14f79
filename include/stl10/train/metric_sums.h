#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "stl10/base/group.h"
#include "stl10/train/progress.h"

namespace stl10 {

/// Sums of metrics over the steps of an epoch, and the first step that was not finite. Both stay on
/// the device of what is added until `read` fetches them in one copy, so that a step never waits
/// for the GPU.
class MetricSums {
 public:
  /// What `read` fetches.
  struct Reading {
    std::map<std::string, Sum> sums;
    std::optional<int64_t> bad_step;  ///< the first one that added NaN or infinity
  };

  /// Goes on from the sums of a saved epoch.
  explicit MetricSums(const std::map<std::string, Sum>& start = {});

  /// What is added from now on belongs to `step`.
  void begin_step(int64_t step) { step_ = step; }

  /// Adds a sum over `count` samples. @param sum one value of any real type and device.
  void add(const std::string& name, const at::Tensor& sum, int64_t count);

  /// Adds a mean over `count` samples, as losses are; of no samples, nothing.
  void add_mean(const std::string& name, const at::Tensor& mean, int64_t count);

  /// Adds this process's part of a mean over `all` samples, of which it has `own`.
  void add_part(const std::string& name, const at::Tensor& part, int64_t own, int64_t all);

  /// Waits for the device and returns all sums. Adding goes on afterwards.
  Reading read() const;

  /// The sums over all processes of a group, which have added to the same names and began with the
  /// same sums. The bad step is this process's.
  Reading read_of_all(const Group& group) const;

 private:
  struct Entry {
    Sum start;
    at::Tensor total;  ///< double, without axes; undefined before the first `add`
    int64_t count = 0;
  };
  std::map<std::string, Entry> entries_;
  at::Tensor bad_step_;  ///< int64, without axes: the first bad step + 1; 0: none
  int64_t step_ = 0;
};

}  // namespace stl10
