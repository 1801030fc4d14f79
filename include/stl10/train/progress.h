#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "stl10/base/options_json.h"

namespace stl10 {

/// Means over `count` samples by name ("loss", "accuracy", …).
struct Metrics {
  std::map<std::string, double> means;
  int64_t count = 0;

  double at(const std::string& name) const { return means.at(name); }
};

/// {"loss": …, "accuracy": …, "count": …}.
Json to_json(const Metrics& metrics);
Metrics metrics_from_json(const Json& json);

/// What is known after an epoch.
struct EpochRecord {
  int64_t epoch = 0;  ///< 1-based
  Metrics train;      ///< while the weights moved, on augmented images
  std::optional<Metrics> validation;
  double learning_rate = 0;
  double images_per_second = 0;  ///< training steps alone
  double seconds = 0;            ///< wall clock since the run began, resumed parts added
};

/// The best epoch so far and the lowest validation loss.
struct Best {
  int64_t epoch = 0;
  double accuracy = 0, loss = 0;
  int64_t lowest_loss_epoch = 0;
  double lowest_loss = 0;
};

/// Where a run stands; all that resuming needs beside weights and optimizer state.
struct TrainState {
  int64_t epoch = 0;                         ///< epochs completed
  int64_t step = 0;                          ///< steps done of the present epoch
  Json sums = nullptr;                       ///< sums over those steps: {"names": [sum, count]}
  int64_t images = 0;                        ///< training images seen in all steps
  double step_seconds = 0;                   ///< spent in training steps
  double seconds = 0;                        ///< wall clock of the epoch loop
  std::optional<Metrics> train, validation;  ///< of the last completed epoch
  Best best;
};

Json to_json(const TrainState& state);
TrainState train_state_from_json(const Json& json);

/// Watches a run. Observers never change it.
class Observer {
 public:
  virtual ~Observer() = default;

  /// After a training step: `running` are the epoch's means so far.
  virtual void on_step(const TrainState&, int64_t steps_per_epoch, const Metrics& running) {
    (void)steps_per_epoch;
    (void)running;
  }
  virtual void on_epoch(const EpochRecord&) {}
};

}  // namespace stl10
