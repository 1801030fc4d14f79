#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "stl10/nn/encoder_options.h"
#include "stl10/train/checkpoint.h"

namespace stl10 {

/// What a safetensors file of mere weights doesn't say of its encoder; the rest, widths and blocks,
/// the tensors say.
struct PlainWeightsOptions {
  std::optional<EncoderKind> kind;
  Stem stem = Stem::kImagenet;
  int64_t size = kSide;
};

template <class Visitor>
void visit_fields(PlainWeightsOptions& options, Visitor& field) {
  field("kind", options.kind,
        "of --checkpoint's encoder where that is no checkpoint of this program but a safetensors "
        "file with torchvision's names: resnet");
  field("stem", options.stem, "such a resnet's first layers");
  field("size", options.size, "the side of the images that such an encoder takes",
        between(kSmallestSide, kLargestSide));
}

/// A checkpoint of this program, or, with a `kind`, the encoder in a plain safetensors file:
/// tensors as torchvision's residual networks of basic blocks name them (`state_dict()` without
/// more), of any floating type; a classifier "fc" and counters of batches are left aside. Images
/// are given to it from 0 to 1, without ImageNet's mean and deviation.
/// @throws as Checkpoint; UsageError where tensors are missing, spare or of a wrong shape, or the
/// file is a checkpoint already.
Checkpoint open_weights(const std::filesystem::path& path, const PlainWeightsOptions& options);

}  // namespace stl10
