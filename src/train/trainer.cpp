#include "stl10/train/trainer.h"

#include <chrono>
#include <cmath>

#include "stl10/base/error.h"
#include "stl10/train/checkpoint.h"
#include "stl10/train/interrupt.h"

namespace stl10 {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Adds a step's sums to the epoch's, which live in the state so that a checkpoint keeps them.
void add_sums(Json& total, const std::map<std::string, Sum>& sums) {
  if (total.is_null()) total = Json::object();
  for (const auto& [name, value] : sums) {
    Json& entry = total[name];
    if (entry.is_null()) entry = {0.0, int64_t{0}};
    entry[0] = entry[0].get<double>() + value.sum;
    entry[1] = entry[1].get<int64_t>() + value.count;
  }
}

Metrics means_of(const Json& sums) {
  Metrics metrics;
  for (const auto& [name, entry] : sums.items()) {
    metrics.means[name] = entry[0].get<double>() / std::max<double>(1, entry[1].get<double>());
  }
  if (sums.contains("loss")) metrics.count = sums["loss"][1];
  return metrics;
}

class Run {
 public:
  Run(const TrainPlan& plan, const Loader& loader, Task& task, TrainState& state,
      const std::vector<Observer*>& observers)
      : plan_(plan),
        loader_(loader),
        task_(task),
        state_(state),
        observers_(observers),
        steps_(loader.steps_per_epoch()) {}

  void one_epoch() {
    resumed_seconds_ = state_.seconds;
    start_ = Clock::now();
    const double seconds_before = state_.step_seconds;
    const int64_t images_before = state_.images;
    task_.network.train();
    while (state_.step < steps_) {
      one_step();
      if (InterruptGuard::signal() != 0) stop();
    }
    state_.train = means_of(state_.sums);
    state_.sums = nullptr;
    state_.step = 0;
    ++state_.epoch;
    state_.validation = task_.validate ? task_.validate() : std::nullopt;
    finish_epoch(static_cast<double>(state_.images - images_before) /
                 (state_.step_seconds - seconds_before));
  }

 private:
  void one_step() {
    const Clock::time_point start = Clock::now();
    const PreparedBatch batch = task_.prepare(loader_.batch(state_.epoch, state_.step));
    for (auto& [optimizer, schedule] : task_.optimizers) optimizer.zero_gradients();
    const StepResult result = task_.step(batch);
    check_finite(result.sums.at("loss"));
    for (auto& [optimizer, schedule] : task_.optimizers) optimizer.step(factor(schedule));
    add_sums(state_.sums, result.sums);
    state_.images += result.images;
    state_.step_seconds += seconds_since(start);
    ++state_.step;
    state_.seconds = resumed_seconds_ + seconds_since(start_);
    const Metrics running = means_of(state_.sums);
    for (Observer* observer : observers_) observer->on_step(state_, steps_, running);
  }

  double factor(const ScheduleOptions& schedule) const {
    return schedule_factor(schedule, state_.epoch * steps_ + state_.step, plan_.epochs * steps_,
                           steps_);
  }

  void check_finite(const Sum& loss) const {
    if (std::isfinite(loss.sum)) return;
    throw Diverged({"training diverged at epoch " + std::to_string(state_.epoch + 1) + ", step " +
                        std::to_string(state_.step + 1),
                    "a finite loss", std::isnan(loss.sum) ? "NaN" : "infinity",
                    "lower --learning-rate; the last epoch's state is in " +
                        (plan_.folder / "last.safetensors").string()});
  }

  void finish_epoch(double images_per_second) {
    const double rate =
        task_.optimizers.empty() ? 0 : task_.optimizers[0].optimizer.base_rate() * last_factor();
    const bool improved = update_best();
    state_.seconds = resumed_seconds_ + seconds_since(start_);
    const EpochRecord record{state_.epoch, *state_.train,     state_.validation,
                             rate,         images_per_second, state_.seconds};
    for (Observer* observer : observers_) observer->on_epoch(record);
    if (improved) save("best.safetensors");
    save("last.safetensors");
  }

  double last_factor() const {
    return schedule_factor(task_.optimizers[0].schedule, state_.epoch * steps_ - 1,
                           plan_.epochs * steps_, steps_);
  }

  /// Without validation the newest epoch counts as the best.
  bool update_best() {
    Best& best = state_.best;
    const Metrics& judged = state_.validation ? *state_.validation : *state_.train;
    const double loss = judged.at("loss");
    if (best.lowest_loss_epoch == 0 || loss < best.lowest_loss) {
      best.lowest_loss = loss;
      best.lowest_loss_epoch = state_.epoch;
    }
    const double accuracy = judged.means.contains("accuracy") ? judged.at("accuracy") : 0;
    if (best.epoch > 0 && state_.validation && accuracy <= best.accuracy) return false;
    best.epoch = state_.epoch;
    best.accuracy = accuracy;
    best.loss = loss;
    return true;
  }

  void save(const char* name) const {
    save_checkpoint(plan_.folder / name, task_, state_, plan_.config);
  }

  [[noreturn]] void stop() const {
    save("last.safetensors");
    throw Interrupted(InterruptGuard::signal(),
                      {"interrupted at epoch " + std::to_string(state_.epoch + 1) + ", step " +
                           std::to_string(state_.step) + "; everything is saved",
                       "", "", "go on with --resume " + plan_.folder.string()});
  }

  const TrainPlan& plan_;
  const Loader& loader_;
  Task& task_;
  TrainState& state_;
  const std::vector<Observer*>& observers_;
  const int64_t steps_;
  double resumed_seconds_ = 0;
  Clock::time_point start_;
};

}  // namespace

TrainState train(const TrainPlan& plan, const Loader& loader, Task& task, TrainState state,
                 const std::vector<Observer*>& observers) {
  const InterruptGuard guard;
  Run run(plan, loader, task, state, observers);
  while (state.epoch < plan.epochs) run.one_epoch();
  return state;
}

}  // namespace stl10
