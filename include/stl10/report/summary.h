#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "stl10/base/error.h"
#include "stl10/evaluate/judge.h"
#include "stl10/train/progress.h"

namespace stl10 {

/// Loss and accuracy of a judgement.
Metrics to_metrics(const Judgement& judgement);

/// summary.json of a training run, and the same as a table.
class RunSummary {
 public:
  /// @param validation what the validation images are: "test", "held-out" or "none".
  RunSummary(std::string command, std::filesystem::path folder, std::string validation);

  /// A finished run. The metrics are those of the final weights. @throws IoError.
  void save_done(const TrainState& state, const Metrics& train,
                 const std::optional<Metrics>& validation, const Metrics& test);

  /// A run that ended early: status `interrupted`, `diverged` or `failed`, nothing measured. Does
  /// not throw, because it is written on the way out with an error.
  void save_failure(const Error& error) noexcept;

  std::string json_text() const;
  std::string table() const;

 private:
  std::string command_;
  std::filesystem::path folder_;
  std::string validation_;
  Json summary_;
};

}  // namespace stl10
