#pragma once

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

/// Feature maps as loops over plain memory take them.
namespace stl10 {

inline constexpr auto kMapOrder = at::MemoryFormat::ChannelsLast;

/// What a torch::autograd::Function takes where there may be no tensor.
inline std::optional<at::Tensor> if_defined(const at::Tensor& tensor) {
  return tensor.defined() ? std::optional(tensor) : std::nullopt;
}

/// Where image `image` of a batch begins; null where there is no batch.
inline char* image_bytes(const at::Tensor& batch, int64_t image) {
  if (!batch.defined()) return nullptr;
  return static_cast<char*>(batch.data_ptr()) + image * batch.stride(0) * batch.element_size();
}

/// Runs f(image, thread, scratch) for every image, each thread's one after the other; scratch is
/// the thread's own, this many floats aligned to 64 bytes.
template <class Function>
void for_images(int64_t images, int64_t scratch_values, const Function& f) {
  const int64_t stride = (scratch_values + 15) / 16 * 16;
  const at::Tensor scratch = at::empty({at::get_num_threads(), stride}, at::kFloat);
  at::parallel_for(0, images, 1, [&](int64_t first, int64_t last) {
    const int64_t thread = at::get_thread_num();
    float* const own = scratch.mutable_data_ptr<float>() + thread * stride;
    for (int64_t image = first; image < last; ++image) f(image, thread, own);
  });
}

}  // namespace stl10
