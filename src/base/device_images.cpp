#include "stl10/base/device_images.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace stl10 {
namespace {

/// Copies memory that the system may have to read from a disk first.
void read_into(const at::Tensor& to, const uint8_t* from) {
  auto* const begin = to.mutable_data_ptr<uint8_t>();
  at::parallel_for(0, to.size(0), 64, [&](int64_t first, int64_t last) {
    std::memcpy(begin + first * kImageBytes, from + first * kImageBytes,
                static_cast<size_t>((last - first) * kImageBytes));
  });
}

}  // namespace

DeviceImages to_device(const ImageView& images, at::Device device) {
  if (device.is_cpu()) return {{}, images};
  constexpr int64_t kPart = (int64_t{64} << 20) / kImageBytes;  // images
  const at::TensorOptions bytes(at::kByte);
  const at::Tensor copy = at::empty({images.count, kImageBytes}, bytes.device(device));
  for (int64_t first = 0; first < images.count; first += kPart) {
    const int64_t last = std::min(first + kPart, images.count);
    // LibTorch hands out a part's memory again only when its copy has been made.
    const at::Tensor part = at::empty({last - first, kImageBytes}, bytes.pinned_memory(true));
    read_into(part, images.image(first));
    copy.slice(0, first, last).copy_(part, /*non_blocking=*/true);
  }
  return {copy, {copy.data_ptr<uint8_t>(), images.count}};
}

void read_ahead(const DeviceImages& images, std::span<const int64_t> indices) {
  if (images.copy.defined()) return;
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (const int64_t index : indices) {
    const auto begin = reinterpret_cast<uintptr_t>(images.view.image(index));
    const uintptr_t first_page = begin / page * page;
    ::madvise(reinterpret_cast<void*>(first_page), begin + kImageBytes - first_page, MADV_WILLNEED);
  }
}

}  // namespace stl10
