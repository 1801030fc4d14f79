#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "stl10/augment/options.h"
#include "stl10/augment/parameters.h"
#include "stl10/base/cpu.h"
#include "stl10/base/image.h"

namespace stl10 {

/// Makes batches of augmented views of stored images, on the CPU or on the GPU. What is drawn for
/// an image is a function of (seed, source, epoch, index, view) alone, so a view is the same to the
/// bit in any batch, at any place in it and with any number of threads. In fp32 the
/// CPU's instruction sets agree within 1e-5 and the GPU with them within 5e-5 (next to a threshold
/// of solarize, a value may fall to its other side).
class Augmenter {
 public:
  /// @throws ConfigError as check(AugmentOptions).
  Augmenter(const AugmentOptions& options, uint64_t seed,
            InstructionSet set = best_instruction_set());

  /// @param images all images of the file that `key.source` names, in host memory where `device` is
  /// the CPU, else in that GPU's memory (see to_device).
  /// @param indices N places in `images`, which also name the images' draws.
  /// @param type at::kFloat, or at::kBFloat16: the float result rounded to nearest.
  /// @return (N, 3, size(), size()) in [0, 1], channels_last. @throws c10::Error where an index or
  /// `type` doesn't fit.
  at::Tensor views(const ImageView& images, std::span<const int64_t> indices, const ViewKey& key,
                   at::Device device, at::ScalarType type) const;

  /// The same into `out`, on its device and in its type: (N, 3, size(), size()), channels_last; may
  /// be a slice of a batch along its first dimension.
  void views_into(const ImageView& images, std::span<const int64_t> indices, const ViewKey& key,
                  const at::Tensor& out) const;

  /// Side of the views, in pixels.
  int64_t size() const { return ranges_.size; }

 private:
  void render_on_cpu(const ImageView& images, std::span<const int64_t> indices, const ViewKey& key,
                     const at::Tensor& out) const;
  void render_on_gpu(const ImageView& images, const at::Tensor& indices, const ViewKey& key,
                     PixelType type, const at::Tensor& out) const;

  AugmentRanges ranges_;
  uint64_t seed_;
  InstructionSet set_;
};

}  // namespace stl10
