#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <span>

namespace stl10 {

/// Returns when the device has done all that it was given; on the CPU at once.
void wait_for(at::Device device);

/// (N) int64 on `device`; to a GPU from pinned memory, so that nobody waits for it.
at::Tensor to_device(std::span<const int64_t> values, at::Device device);

}  // namespace stl10
