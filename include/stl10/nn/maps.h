#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

/// Feature maps as loops over plain memory take them.
namespace stl10 {

inline constexpr auto kMapOrder = at::MemoryFormat::ChannelsLast;

/// Where image `image` of a batch begins; null where there is no batch.
inline char* image_bytes(const at::Tensor& batch, int64_t image) {
  if (!batch.defined()) return nullptr;
  return static_cast<char*>(batch.data_ptr()) + image * batch.stride(0) * batch.element_size();
}

}  // namespace stl10
