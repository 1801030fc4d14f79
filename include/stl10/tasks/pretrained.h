#pragma once

#include <optional>
#include <string>

#include "stl10/base/options_json.h"
#include "stl10/data/fit.h"
#include "stl10/nn/encoder.h"
#include "stl10/train/checkpoint.h"

namespace stl10 {

/// The encoder that a checkpoint of any command holds.
struct PretrainedEncoder {
  Checkpoint checkpoint;
  EncoderOptions options;
  Tap tap = Tap::kDense;   ///< the features to take
  Tap last = Tap::kDense;  ///< the encoder holds no layers behind this one

  /// An encoder of this kind with the checkpoint's weights, to the byte.
  Encoder load() const;

  EncoderShape shape() const { return shape_of(options, last); }
};

/// Whether it holds an encoder and no classifier: one that was trained without labels, to be built
/// on.
bool holds_encoder_alone(const Checkpoint& checkpoint);

bool holds_encoder(const Checkpoint& checkpoint);

/// How pictures are to be fitted for it: as those of its data were. @throws DataError where it says
/// what nobody knows.
Fit fit_of(const Checkpoint& checkpoint);

/// What is needed to build the encoder; checks that its tensors fit. Its classes don't matter: what
/// it says of images is features.
/// @param tap empty: the one that the run judged by (simclr-pretrain's `tap`), or the last one.
/// @throws UsageError where the checkpoint holds no such encoder or tap.
PretrainedEncoder read_pretrained(const Checkpoint& checkpoint, std::optional<Tap> tap);

/// {"width", "size", "tap", "encoder"}: what `Provenance::encoder` tells the next reader.
Json encoder_json(const EncoderOptions& options, Tap tap);

/// "RUN/last.safetensors (dense features, 128)".
std::string describe(const PretrainedEncoder& encoder);

}  // namespace stl10
