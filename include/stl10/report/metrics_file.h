#pragma once

#include <filesystem>
#include <vector>

#include "stl10/train/progress.h"

namespace stl10 {

/// {"epoch": …, "train": {…}, "<split>": {…} for each that was measured, "learning_rate": …, …}.
Json to_json(const EpochRecord& record);

/// Appends every epoch as one JSON object to metrics.jsonl and draws curves.svg from all of them.
class MetricsFile : public Observer {
 public:
  /// Keeps the first `epochs` lines of a run that is resumed and drops later ones.
  /// @throws IoError, DataError where lines are missing or damaged.
  MetricsFile(const std::filesystem::path& folder, int64_t epochs);

  void on_epoch(const EpochRecord& record) override;

 private:
  std::filesystem::path folder_;
  std::vector<Json> lines_;
};

}  // namespace stl10
