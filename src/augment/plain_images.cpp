#include "stl10/augment/plain_images.h"

#include <ATen/Functions.h>
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

}  // namespace

at::Tensor resampling(int64_t start, int64_t extent, int64_t size) {
  const at::Tensor weights = at::zeros({size, kSide}, at::kDouble);
  auto weight = weights.accessor<double, 2>();
  for (int64_t i = 0; i < size; ++i) {
    if (size < extent) {  // in parts of 1/size of a pixel
      for (int64_t pixel = i * extent / size; pixel * size < (i + 1) * extent; ++pixel) {
        weight[i][start + pixel] = static_cast<double>(
            std::min((pixel + 1) * size, (i + 1) * extent) - std::max(pixel * size, i * extent));
      }
    } else {  // in parts of 1/(2 size)
      const int64_t pixel = 2 * size;
      const int64_t place =
          std::clamp((2 * i + 1) * extent - size, int64_t{0}, pixel * (extent - 1));
      const int64_t second = place % pixel;
      weight[i][start + place / pixel] = static_cast<double>(pixel - second);
      if (second > 0) weight[i][start + place / pixel + 1] = static_cast<double>(second);
    }
  }
  return weights;
}

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

/// uint8 (N, size · size · 3). All sums are of whole numbers, so that every device has the same.
at::Tensor PlainImages::resized(const at::Tensor& indices, int64_t view) const {
  const Part& part = kParts[static_cast<size_t>(view / 2)];
  at::Tensor along_x = resampling(part.left, part.side, size_);
  if (view % 2 != 0) along_x = along_x.flip(0);
  const at::Tensor along_y = resampling(part.top, part.side, size_);
  const double total = along_x[0].sum().item<double>() * along_y[0].sum().item<double>();
  // The file is mapped to be read only, as index_select does.
  const at::Tensor file = stored_.copy.defined()
                              ? stored_.copy
                              : at::from_blob(const_cast<uint8_t*>(stored_.view.data),  // NOLINT
                                              {stored_.view.count, kImageBytes}, at::kByte);
  const at::Tensor columns = file.index_select(0, indices)
                                 .reshape({indices.size(0), kChannels, kSide, kSide})
                                 .to(at::kDouble);
  const at::Tensor sums =
      along_x.to(device()).matmul(columns.matmul(along_y.to(device()).t()));  // (N, 3, x, y)
  return ((sums + total / 2) / divisor(total, device()))
      .floor_()
      .to(at::kByte)
      .permute({0, 3, 2, 1})
      .reshape({indices.size(0), size_ * size_ * kChannels});
}

}  // namespace stl10
