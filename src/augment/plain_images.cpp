#include "stl10/augment/plain_images.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <array>

#include "stl10/base/device.h"

namespace stl10 {
namespace {

/// A square part of a stored image.
struct Part {
  int64_t left, top, side;
};

constexpr int64_t kCrop = kSide * 7 / 8, kRest = kSide - kCrop;
constexpr std::array<Part, kPlainViews / 2> kParts = {{{0, 0, kSide},
                                                       {0, 0, kCrop},
                                                       {kRest, 0, kCrop},
                                                       {0, kRest, kCrop},
                                                       {kRest, kRest, kCrop},
                                                       {kRest / 2, kRest / 2, kCrop}}};

/// A divisor: by a number of the host, a GPU would multiply with its reciprocal, which rounds.
at::Tensor divisor(double value, at::Device device) {
  return at::scalar_tensor(value, at::TensorOptions(at::kDouble).device(device));
}

/// double (pixels, kSide).
at::Tensor matrix_of(const std::vector<ResampledPixel>& axis, at::Device device) {
  const at::Tensor matrix = at::zeros({static_cast<int64_t>(axis.size()), kSide}, at::kDouble);
  auto* row = matrix.mutable_data_ptr<double>();
  for (const ResampledPixel& pixel : axis) {
    std::copy(pixel.weights.begin(), pixel.weights.end(), row + pixel.first);
    row += kSide;
  }
  return matrix.to(device);
}

}  // namespace

PlainImages::PlainImages(const DeviceImages& stored, int64_t size)
    : stored_(stored), size_(size), plain_(augment_preset("none"), 0) {}

at::Device PlainImages::device() const {
  return stored_.copy.defined() ? stored_.copy.device() : at::Device(at::kCPU);
}

at::Tensor PlainImages::views(std::span<const int64_t> indices, at::ScalarType type, int64_t view) {
  TORCH_CHECK(view >= 0 && view < kPlainViews, "no view ", view, " among ", kPlainViews);
  if (view == 0 && size_ == kSide) return plain_.views(stored_.view, indices, {}, device(), type);
  if (view == 0) keep(indices);
  const at::Tensor places = to_device(indices, device());
  const at::Tensor bytes = view == 0 ? kept_.index_select(0, places) : resized(places, view);
  return bytes.to(at::kFloat)
      .div_(divisor(255, device()))
      .to(type)
      .reshape({places.size(0), size_, size_, kChannels})
      .permute({0, 3, 1, 2});
}

void PlainImages::keep(std::span<const int64_t> indices) {
  if (!kept_.defined()) {
    kept_ = at::empty({stored_.view.count, size_ * size_ * kChannels},
                      at::TensorOptions(at::kByte).device(device()));
    known_.resize(static_cast<size_t>(stored_.view.count));
  }
  std::vector<int64_t> missing;
  for (const int64_t index : indices) {
    const auto place = static_cast<size_t>(index);
    TORCH_CHECK(place < known_.size(), "no image ", index, " among ", known_.size());
    if (!known_[place]) missing.push_back(index);
  }
  if (missing.empty()) return;
  const at::Tensor places = to_device(missing, device());
  kept_.index_copy_(0, places, resized(places, 0));
  for (const int64_t index : missing) known_[static_cast<size_t>(index)] = true;
}

/// uint8 (N, size · size · 3).
at::Tensor PlainImages::resized(const at::Tensor& indices, int64_t view) const {
  const Part& part = kParts[static_cast<size_t>(view / 2)];
  std::vector<ResampledPixel> along_x = resampling(part.left, part.side, size_);
  if (view % 2 != 0) std::reverse(along_x.begin(), along_x.end());
  const std::vector<ResampledPixel> along_y = resampling(part.top, part.side, size_);
  if (stored_.copy.defined()) return resized_tensor(indices, along_x, along_y);
  const at::Tensor rows = at::empty({indices.size(0), size_ * size_ * kChannels}, at::kByte);
  const auto* places = indices.const_data_ptr<int64_t>();
  auto* bytes = rows.mutable_data_ptr<uint8_t>();
  at::parallel_for(0, indices.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      TORCH_CHECK(places[i] >= 0 && places[i] < stored_.view.count, "no image ", places[i]);
      resize_image(stored_.view.image(places[i]), along_x, along_y, bytes + i * rows.size(1));
    }
  });
  return rows;
}

/// resize_image as products of matrices, for a GPU.
at::Tensor PlainImages::resized_tensor(const at::Tensor& indices,
                                       const std::vector<ResampledPixel>& along_x,
                                       const std::vector<ResampledPixel>& along_y) const {
  const double total = weight_of(along_x[0]) * weight_of(along_y[0]);
  const at::Tensor columns = stored_.copy.index_select(0, indices)
                                 .reshape({indices.size(0), kChannels, kSide, kSide})
                                 .to(at::kDouble);
  const at::Tensor sums =
      matrix_of(along_x, device()).matmul(columns.matmul(matrix_of(along_y, device()).t()));
  return ((sums + total / 2) / divisor(total, device()))  // (N, 3, x, y)
      .floor_()
      .to(at::kByte)
      .permute({0, 3, 2, 1})
      .reshape({indices.size(0), size_ * size_ * kChannels});
}

}  // namespace stl10
