#pragma once

#include <chrono>
#include <string>

#include "stl10/base/log.h"
#include "stl10/train/progress.h"

namespace stl10 {

/// Shows a run on stderr: a bar that moves with the steps, ten times a second at most, where stderr
/// is a terminal, and a line per epoch everywhere: losses and the accuracies that matter, the rate
/// and the time that is left. The lines also go to the log.
class TerminalProgress : public Observer {
 public:
  /// @param validation what the split "validation" is called: "test", "held-out".
  /// @param constants what metrics are to be read against: "contrastive_chance" of
  /// "contrastive_accuracy".
  TerminalProgress(Log& log, int64_t epochs, std::string validation, bool quiet,
                   Json constants = Json::object());

  /// Takes the bar away, so that what follows, an error perhaps, starts on a line of its own.
  ~TerminalProgress() override;

  void on_progress(const TrainState& state, int64_t steps_per_epoch,
                   const Metrics& running) override;
  void on_epoch(const EpochRecord& record) override;

 private:
  using Clock = std::chrono::steady_clock;
  Log& log_;
  int64_t epochs_;
  std::string validation_;
  Json constants_;
  bool quiet_, bar_;
  Clock::time_point drawn_at_;
  bool drawn_ = false;  ///< whether a bar stands on the present line
};

}  // namespace stl10
