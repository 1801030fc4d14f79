#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "stl10/train/progress.h"

namespace stl10 {

/// {"epoch": …, "train": {…}, "<split>": {…} for each that was measured, "learning_rate": …, …}.
Json to_json(const EpochRecord& record);

/// Appends every epoch as one JSON object to metrics.jsonl and its numbers, named as "train/loss",
/// to TensorBoard's events.out.tfevents.stl10; writes metrics.csv and draws curves.svg from all
/// lines. Of a run that is resumed, each file has each epoch once.
class MetricsFile : public Observer {
 public:
  /// Keeps the lines of the first `epochs` epochs of a run that is resumed and drops later ones.
  /// Lines that are missing or damaged, as after a power cut, are left out: the file only tells
  /// what happened, the checkpoint counts.
  /// @param validation what the validation images are called; said in every line and in the curves.
  /// @param constants further keys of every line: what the metrics are to be read against.
  /// @throws IoError.
  MetricsFile(const std::filesystem::path& folder, int64_t epochs, std::string validation,
              Json constants = Json::object());

  /// How many of those epochs have no line.
  int64_t missing_epochs() const { return missing_; }

  void on_epoch(const EpochRecord& record) override;

 private:
  void keep_lines(int64_t epochs);

  std::filesystem::path folder_;
  std::string validation_;
  Json constants_;
  std::vector<Json> lines_;
  double start_ = 0;  ///< seconds since 1970
  int64_t missing_ = 0;
};

}  // namespace stl10
