#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "stl10/base/options_json.h"
#include "stl10/train/stage.h"

namespace stl10 {

/// A sum over samples.
struct Sum {
  double sum = 0;
  int64_t count = 0;
};

/// Means over `count` samples by name ("loss", "accuracy", …).
struct Metrics {
  std::map<std::string, double> means;
  int64_t count = 0;

  double at(const std::string& name) const { return means.at(name); }
  std::optional<double> find(const std::string& name) const;
};

/// Metrics by the name of the images, or of the judge, that they come from ("validation", "knn").
using Splits = std::map<std::string, Metrics>;

/// {"loss": …, "accuracy": …, "count": …}.
Json to_json(const Metrics& metrics);
Metrics metrics_from_json(const Json& json);

/// The means that sums give; `count` is that of the loss.
Metrics means_of(const std::map<std::string, Sum>& sums);

/// What is known after an epoch.
struct EpochRecord {
  int64_t epoch = 0;             ///< 1-based
  Metrics train;                 ///< while the weights moved, on augmented images
  Splits splits;                 ///< what `Task::validate` measured
  double learning_rate = 0;      ///< of the first optimizer's last step
  double images_per_second = 0;  ///< training steps alone
  double seconds = 0;            ///< wall clock since the run began, resumed parts added
};

/// The best epoch so far and the one of the lowest loss, both by one split's metrics.
struct Best {
  int64_t epoch = 0;  ///< 0: none yet
  std::optional<Metrics>
      metrics;  ///< of that epoch; empty where nothing selects: then it's the last
  int64_t lowest_loss_epoch = 0;  ///< 0: none yet
  double lowest_loss = 0;
};

/// Where a run stands; all that resuming needs beside weights and optimizer state.
struct TrainState {
  int64_t epoch = 0;                ///< epochs completed
  int64_t step = 0;                 ///< steps done of the present epoch
  std::map<std::string, Sum> sums;  ///< over those steps
  int64_t images = 0;               ///< training images seen in all steps
  double step_seconds = 0;          ///< spent in training steps
  double seconds = 0;               ///< wall clock of the epoch loop
  Metrics last_epoch;               ///< the training metrics of the epoch completed last
  Best best;
};

Json to_json(const TrainState& state);

/// @throws nlohmann::json::exception where something is missing or of another type.
TrainState train_state_from_json(const Json& json);

/// Watches a run. Observers never change it.
class Observer {
 public:
  virtual ~Observer() = default;

  /// Several times a second, where steps are as short, and after an epoch's last step: `running`
  /// are the epoch's means.
  virtual void on_progress(const TrainState& state, int64_t steps_per_epoch,
                           const Metrics& running) {
    (void)state;
    (void)steps_per_epoch;
    (void)running;
  }
  virtual void on_epoch(const EpochRecord&) {}
  /// Many times a step.
  virtual void on_stage(Stage) {}
};

}  // namespace stl10
