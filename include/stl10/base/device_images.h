#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <span>

#include "stl10/base/image.h"

namespace stl10 {

/// Images where a device can read them.
struct DeviceImages {
  at::Tensor copy;  ///< uint8 (count, 27648) on a GPU; undefined on the CPU, which reads the file
  ImageView view;   ///< device memory on a GPU
};

/// Copies the images to a GPU, through pinned memory in parts, the next of which is read while the
/// last one travels; returns before it has arrived, which later work on the device waits for. On
/// the CPU nothing is copied, and `images` must outlive the result.
DeviceImages to_device(const ImageView& images, at::Device device);

/// Has the system read images of a mapped file from the disk, while others are worked on: a later
/// look at them doesn't wait. Returns at once; on a GPU's copy it does nothing.
void read_ahead(const DeviceImages& images, std::span<const int64_t> indices);

}  // namespace stl10
