#include "stl10/augment/augmenter.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include "stl10/augment/render_cpu.h"
#include "stl10/base/device.h"

namespace stl10 {
namespace {

using Indices = std::span<const int64_t>;

void check_indices(const ImageView& images, Indices indices) {
  TORCH_CHECK(images.count <= int64_t{std::numeric_limits<uint32_t>::max()},
              "too many images in one file: ", images.count);
  for (const int64_t index : indices) {
    TORCH_CHECK(index >= 0 && index < images.count, "no image ", index, " among ", images.count);
  }
}

void check_out(const at::Tensor& out, Indices indices, int64_t size) {
  const std::array<int64_t, 4> shape = {static_cast<int64_t>(indices.size()), kChannels, size,
                                        size};
  TORCH_CHECK(out.sizes() == at::IntArrayRef(shape), "views need a tensor of shape ",
              at::IntArrayRef(shape), ", not ", out.sizes());
  TORCH_CHECK(out.scalar_type() == at::kFloat || out.scalar_type() == at::kBFloat16,
              "views are float32 or bfloat16, not ", out.scalar_type());
  TORCH_CHECK(out.is_contiguous(at::MemoryFormat::ChannelsLast), "views need channels_last memory");
}

PixelType pixel_type(const at::Tensor& out) {
  return out.scalar_type() == at::kFloat ? PixelType::kFloat32 : PixelType::kBfloat16;
}

}  // namespace

Augmenter::Augmenter(const AugmentOptions& options, uint64_t seed, InstructionSet set)
    : ranges_(to_ranges(options)), seed_(seed), set_(set) {
  TORCH_CHECK(set <= best_instruction_set(), "this processor has no ", name_of(set));
}

at::Tensor Augmenter::views(const ImageView& images, Indices indices, const ViewKey& key,
                            at::Device device, at::ScalarType type) const {
  at::Tensor out = at::empty(
      {static_cast<int64_t>(indices.size()), kChannels, size(), size()},
      at::TensorOptions(type).device(device).memory_format(at::MemoryFormat::ChannelsLast));
  views_into(images, indices, key, out);
  return out;
}

void Augmenter::views_into(const ImageView& images, Indices indices, const ViewKey& key,
                           const at::Tensor& out) const {
  check_indices(images, indices);
  check_out(out, indices, size());
  TORCH_CHECK(key.view < 1u << 16, "view numbers are below 2^16, not ", key.view);
  if (out.is_cpu()) {
    render_on_cpu(images, indices, key, out);
  } else {
    render_on_gpu(images, to_device(indices, out.device()), key, pixel_type(out), out);
  }
}

void Augmenter::render_on_cpu(const ImageView& images, Indices indices, const ViewKey& key,
                              const at::Tensor& out) const {
  const RenderFunction render = render_function(set_);
  const PixelType type = pixel_type(out);
  auto* const begin = static_cast<char*>(out.data_ptr());
  const int64_t bytes = kChannels * size() * size() * out.element_size();
  at::parallel_for(0, static_cast<int64_t>(indices.size()), 1, [&](int64_t first, int64_t last) {
    const auto space = std::make_unique_for_overwrite<RenderSpace>();
    for (int64_t i = first; i < last; ++i) {
      const int64_t index = indices[i];
      const ImageParameters image =
          draw_parameters(ranges_, seed_, key, static_cast<uint32_t>(index));
      render(images.image(index), image, *space, type, begin + i * bytes);
    }
  });
}

}  // namespace stl10
