#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

namespace stl10 {

/// While it lives, convolutions and matrix products of this thread run in `type` (autocast);
/// weights, sums and losses stay fp32. With kFloat it does nothing. Afterwards autocast is as it
/// was before.
class AutocastGuard {
 public:
  AutocastGuard(at::DeviceType device, at::ScalarType type);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  at::DeviceType device_;
  bool active_;
  bool was_enabled_ = false;
  at::ScalarType type_before_ = at::kFloat;
};

}  // namespace stl10
