#include "stl10/base/device.h"

#include <ATen/Functions.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>

namespace stl10 {

void wait_for(at::Device device) {
  if (device.is_cpu()) return;
  c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

at::Tensor to_device(std::span<const int64_t> values, at::Device device) {
  const at::Tensor host = at::empty({static_cast<int64_t>(values.size())},
                                    at::TensorOptions(at::kLong).pinned_memory(device.is_cuda()));
  std::copy(values.begin(), values.end(), host.mutable_data_ptr<int64_t>());
  return host.to(device, /*non_blocking=*/true);
}

}  // namespace stl10
