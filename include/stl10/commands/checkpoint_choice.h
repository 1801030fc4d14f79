#pragma once

#include <optional>
#include <string>

#include "stl10/tasks/plain_weights.h"
#include "stl10/train/checkpoint.h"

namespace stl10 {

/// The checkpoint that a command works on.
struct CheckpointChoice {
  std::string path;                  ///< run folder or file, as the user knows it
  std::optional<Checkpoint> opened;  ///< where looking for it has opened it already

  /// @param plain how to read a file of plain weights. @throws as open_weights.
  Checkpoint open(const PlainWeightsOptions& plain = {}) const {
    return opened ? *opened : open_weights(path, plain);
  }
};

/// The one asked for, not opened, or that of the newest of the latest runs, of whatever command,
/// whose checkpoint `fits`. @param expected what is looked for, and @param command a command that
/// makes it, for the message. @throws IoError where there is none; as Checkpoint where a newer
/// run's is damaged.
CheckpointChoice checkpoint_or_newest(const std::optional<std::string>& asked,
                                      bool (*fits)(const Checkpoint&), const std::string& expected,
                                      const std::string& command);

/// An encoder to build on, by the same rule: one trained without labels.
CheckpointChoice encoder_or_newest(const std::optional<std::string>& asked);

}  // namespace stl10
