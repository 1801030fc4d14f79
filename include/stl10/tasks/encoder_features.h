#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "stl10/augment/augmenter.h"
#include "stl10/augment/plain_images.h"
#include "stl10/base/compute.h"
#include "stl10/data/dataset.h"
#include "stl10/nn/encoder.h"

namespace stl10 {

/// Images of one file as an encoder sees them.
struct EncoderInput {
  PlainImages& images;
  std::span<const int64_t> indices;
  int64_t view = 0;                      ///< of PlainImages
  const Augmenter* augmenter = nullptr;  ///< makes other views, by `key`
  ViewKey key = {};
};

/// `outputs` of a network. @throws Diverged where its weights have made of images what is no
/// number.
at::Tensor checked_outputs(at::Tensor outputs);

/// What a frozen encoder, in evaluation mode, says of images, which the processes of compute.group
/// share out. @return float (N, D) on the device, all finite. @throws Interrupted; Diverged as
/// checked_outputs.
at::Tensor device_features(Encoder encoder, Tap tap, const EncoderInput& input,
                           const Compute& compute);

/// The same on the CPU.
at::Tensor encoder_features(Encoder encoder, Tap tap, const EncoderInput& input,
                            const Compute& compute);

/// The mean of what it says of an image's first `views` views (PlainImages).
at::Tensor mean_features(const Encoder& encoder, Tap tap, const EncoderInput& input, int64_t views,
                         const Compute& compute);

/// An encoder with the initial weights of `seed`, on the device, its batch statistics estimated on
/// 256 of the images, evenly spaced: what training must beat. @param last as make_encoder's.
Encoder random_encoder(const EncoderOptions& options, Tap last, uint64_t seed,
                       const EncoderInput& input, const Compute& compute);

/// Labels of the images `indices`. @return int64 (N).
at::Tensor labels_of(std::span<const int64_t> indices, std::span<const int64_t> labels);

/// A file's images where the device can read them; none where the file is not open.
/// @param size what the encoder takes.
PlainImages plain_images(const ImageSet& images, int64_t size, at::Device device);

}  // namespace stl10
