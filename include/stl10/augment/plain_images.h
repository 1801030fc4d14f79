#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "stl10/augment/augmenter.h"
#include "stl10/augment/resize.h"
#include "stl10/base/device_images.h"

namespace stl10 {

/// The deterministic views of an image: 0 is the image itself; then whole or seven eighths of its
/// side from the four corners and the middle, each as it is (even) and mirrored (odd).
inline constexpr int64_t kPlainViews = 12;

/// The images of one file as networks are judged on them: without augmentation, at the size that
/// the network takes, as bytes. Of another size than the stored one, each image is resized once and
/// kept.
class PlainImages {
 public:
  PlainImages(const DeviceImages& stored, int64_t size);

  /// @param indices N places in the file. @param view below kPlainViews.
  /// @return (N, 3, size, size) of `type` in [0, 1], channels_last, on the images' device; bytes
  /// over 255.
  at::Tensor views(std::span<const int64_t> indices, at::ScalarType type, int64_t view = 0);

  /// The images as the file has them, for an Augmenter.
  const ImageView& stored() const { return stored_.view; }
  const DeviceImages& on_device() const { return stored_; }

 private:
  at::Device device() const;
  at::Tensor resized(const at::Tensor& indices, int64_t view) const;
  at::Tensor resized_tensor(const at::Tensor& indices, const std::vector<ResampledPixel>& along_x,
                            const std::vector<ResampledPixel>& along_y) const;
  void keep(std::span<const int64_t> indices);

  DeviceImages stored_;
  int64_t size_;
  Augmenter plain_;
  at::Tensor kept_;          ///< uint8 (images, size · size · 3): row, column, channel
  std::vector<bool> known_;  ///< which of them are there
};

}  // namespace stl10
