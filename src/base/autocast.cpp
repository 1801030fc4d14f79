#include "stl10/base/autocast.h"

#include <ATen/autocast_mode.h>

namespace stl10 {

AutocastGuard::AutocastGuard(at::DeviceType device, at::ScalarType type)
    : device_(device), active_(type != at::kFloat) {
  if (!active_) return;
  was_enabled_ = at::autocast::is_autocast_enabled(device_);
  type_before_ = at::autocast::get_autocast_dtype(device_);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::set_autocast_dtype(device_, type);
  at::autocast::increment_nesting();
}

AutocastGuard::~AutocastGuard() {
  if (!active_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_dtype(device_, type_before_);
  at::autocast::set_autocast_enabled(device_, was_enabled_);
}

}  // namespace stl10
