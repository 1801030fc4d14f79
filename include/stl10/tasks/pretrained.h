#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stl10/base/options_json.h"
#include "stl10/nn/conv4.h"

namespace stl10 {

/// The encoder that a checkpoint of any command holds.
struct PretrainedEncoder {
  std::filesystem::path file;
  EncoderOptions options;
  Tap tap = Tap::kDense;  ///< the features to take
  bool has_dense = true;  ///< whether the encoder has its dense layer

  /// An encoder of this kind with the checkpoint's weights, to the byte.
  Conv4 load() const;
};

/// Reads what is needed to build the encoder, and checks that its tensors fit.
/// @param path a run folder or a file.
/// @param tap empty: the one that the run judged by (simclr-pretrain's `tap`), or dense.
/// @param class_names those of the present data. @throws as load_checkpoint; UsageError where the
/// checkpoint is of other classes or has no such tap.
PretrainedEncoder read_pretrained(const std::filesystem::path& path, std::optional<Tap> tap,
                                  const std::vector<std::string>& class_names);

/// {"width", "tap", "encoder"}: what `Provenance::encoder` tells the next reader.
Json to_json(const PretrainedEncoder& encoder);

/// "RUN/last.safetensors (dense features, 128)".
std::string describe(const PretrainedEncoder& encoder);

}  // namespace stl10
