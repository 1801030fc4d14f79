#include "stl10/train/trainer.h"

#include <ATen/Parallel.h>

#include <chrono>
#include <cmath>
#include <future>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/interrupt.h"
#include "stl10/train/shared_step.h"

namespace stl10 {
namespace {

using Clock = std::chrono::steady_clock;

/// Steps between two looks at the sums and at signals: a function of the step's number alone, since
/// processes that share a step have to look at the same ones. On the CPU a look costs microseconds;
/// a GPU has to be waited for, and its steps take milliseconds.
int64_t steps_between_looks(const torch::nn::Module& network) {
  constexpr int64_t kOnCpu = 1, kOnGpu = 16;
  const std::vector<at::Tensor> parameters = network.parameters();
  return parameters.empty() || parameters.front().is_cpu() ? kOnCpu : kOnGpu;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Takes the epoch into `best` where it is better. Returns whether it is the best so far.
bool update_best(Best& best, const Selection& selection, int64_t epoch, const Splits& splits) {
  const auto split = splits.find(selection.split);
  const Metrics judged = split == splits.end() ? Metrics{} : split->second;
  const std::optional<double> loss = judged.find("loss");
  if (loss && (best.lowest_loss_epoch == 0 || *loss < best.lowest_loss)) {
    best.lowest_loss = *loss;
    best.lowest_loss_epoch = epoch;
  }
  const std::optional<double> value = judged.find(selection.metric);
  if (best.metrics) {
    if (!value) return false;
    const double before = best.metrics->at(selection.metric);
    if (selection.higher_is_better ? *value <= before : *value >= before) return false;
  }
  best.epoch = epoch;
  if (value) best.metrics = judged;
  return true;
}

class Run {
 public:
  Run(const TrainPlan& plan, Task& task, TrainState& state, const std::vector<Observer*>& observers)
      : plan_(plan),
        task_(task),
        state_(state),
        observers_(observers),
        steps_(task.loader().steps_per_epoch()),
        look_every_(steps_between_looks(task.network())),
        sums_(state.sums),
        ended_([&observers](Stage stage) {
          for (Observer* observer : observers) observer->on_stage(stage);
        }) {}

  void one_epoch() {
    resumed_seconds_ = state_.seconds;
    start_ = Clock::now();
    const double seconds_before = state_.step_seconds;
    const int64_t images_before = state_.images;
    task_.network().train();
    while (state_.step < steps_) one_step();
    const double images = static_cast<double>(state_.images - images_before);
    const double seconds = state_.step_seconds - seconds_before;
    finish_epoch(seconds > 0 ? images / seconds : 0);
  }

 private:
  void one_step() {
    const Clock::time_point start = Clock::now();
    const StepContext context{state_.epoch, state_.step};
    const Prepared prepared = plan_.prepare_ahead ? take_ahead(context) : prepare(context);
    for (auto& [optimizer, schedule] : task_.optimizers()) optimizer.zero_gradients();
    sums_.begin_step(state_.epoch * steps_ + state_.step);
    task_.step(prepared, sums_, ended_);
    const StepVote vote = share_step(plan_.group, task_.optimizers(), own_vote());
    for (auto& [optimizer, schedule] : task_.optimizers()) optimizer.step(factor(schedule));
    task_.after_update(context);
    ended_(Stage::kOptimize);
    state_.images += prepared.images;
    ++state_.step;
    const bool looks = state_.step == steps_ || state_.step % look_every_ == 0;
    if (vote.bad) fail_at(state_.epoch, state_.step);
    if (looks || vote.signal != 0) read_sums(vote.signal != 0);
    state_.step_seconds += seconds_since(start);
    state_.seconds = resumed_seconds_ + seconds_since(start_);
    if (vote.signal != 0) stop(vote.signal);
    if (!looks) return;
    const Metrics running = means_of(state_.sums);
    for (Observer* observer : observers_) observer->on_progress(state_, steps_, running);
    if (plan_.group.is_one() && interrupting_signal() != 0) stop(interrupting_signal());
  }

  /// Where a group has to decide alike; alone, a look decides.
  StepVote own_vote() const {
    if (plan_.group.is_one()) return {};
    return {.signal = interrupting_signal(), .bad = sums_.read().bad_step.has_value()};
  }

  Prepared prepare(const StepContext& context) const {
    const Batch batch = task_.loader().batch(context.epoch, context.step);
    ended_(Stage::kLoad);
    Prepared prepared = task_.augment(batch, context);
    ended_(Stage::kAugment);
    return prepared;
  }

  /// The stages are what is left of them: waiting.
  Prepared take_ahead(const StepContext& context) {
    if (!ahead_.valid()) begin_ahead(context);
    ended_(Stage::kLoad);
    Prepared prepared = ahead_.get();
    ended_(Stage::kAugment);
    if (context.step + 1 < steps_) begin_ahead({context.epoch, context.step + 1});
    return prepared;
  }

  void begin_ahead(const StepContext& context) {
    ahead_ = std::async(std::launch::async, [this, context] {
      at::set_num_threads(1);  // this thread's; the step has the others
      return task_.prepare(context);
    });
  }

  double factor(const ScheduleOptions& schedule) const {
    return schedule_factor(schedule, state_.epoch * steps_ + state_.step, plan_.epochs * steps_,
                           steps_);
  }

  /// Waits for the device; at the end of the epoch and before it `stops` for the group, too.
  void read_sums(bool stops) {
    const bool of_all = stops || state_.step == steps_;
    const MetricSums::Reading reading = of_all ? sums_.read_of_all(plan_.group) : sums_.read();
    if (reading.bad_step) fail_at(*reading.bad_step / steps_, *reading.bad_step % steps_ + 1);
    state_.sums = reading.sums;
  }

  [[noreturn]] void fail_at(int64_t epoch, int64_t step) const {
    fail("at epoch " + std::to_string(epoch + 1) + ", step " + std::to_string(step),
         "a finite loss", "NaN or infinity");
  }

  void check_weights() const {
    const std::string name = first_not_finite(task_);
    if (!name.empty())
      fail("at the end of " + present(), "finite weights", "NaN or infinity in " + name);
  }

  void check_splits(const Splits& splits) const {
    for (const auto& [split, metrics] : splits) {
      for (const auto& [name, value] : metrics.means) {
        if (std::isfinite(value)) continue;
        fail("at the end of " + present(), "a finite " + split + " " + name, "NaN or infinity");
      }
    }
  }

  /// The epoch and step last done, for people.
  std::string present() const {
    return "epoch " + std::to_string(state_.epoch + 1) + ", step " + std::to_string(state_.step);
  }

  [[noreturn]] void fail(const std::string& where, const std::string& expected,
                         const std::string& found) const {
    std::string next = "lower --learning-rate";
    if (plan_.save && state_.epoch > 0) {
      next += "; the last good state is in " + (plan_.save->folder / kLastCheckpoint).string();
    }
    throw Diverged({"training diverged " + where, expected, found, next});
  }

  void finish_epoch(double images_per_second) {
    check_weights();
    check_same_weights(plan_.group, task_.network());
    EpochRecord record{.epoch = state_.epoch + 1,
                       .train = means_of(state_.sums),
                       .splits = validate(),
                       .learning_rate = last_rate(),
                       .images_per_second = images_per_second};
    check_splits(record.splits);
    state_.last_epoch = record.train;
    ++state_.epoch;
    state_.step = 0;
    state_.sums.clear();
    sums_ = MetricSums();
    const bool improved = update_best(state_.best, plan_.selection, state_.epoch, record.splits);
    state_.seconds = record.seconds = resumed_seconds_ + seconds_since(start_);
    for (Observer* observer : observers_) observer->on_epoch(record);
    if (improved) save(kBestCheckpoint);
    if (!improved || !last_is_best()) save(kLastCheckpoint);
    state_.seconds = resumed_seconds_ + seconds_since(start_);  // with observers and saving
  }

  /// The learning rate of the first optimizer's last step.
  double last_rate() const {
    if (task_.optimizers().empty()) return 0;
    const auto& [optimizer, schedule] = task_.optimizers()[0];
    return optimizer.base_rate() * schedule_factor(schedule, (state_.epoch + 1) * steps_ - 1,
                                                   plan_.epochs * steps_, steps_);
  }

  void save(const char* name) const {
    if (plan_.save) {
      save_checkpoint(plan_.save->folder / name, task_, state_, plan_.save->provenance);
    }
  }

  /// Writes once what both checkpoints would hold, where the file system lets a file have two
  /// names.
  bool last_is_best() const {
    if (!plan_.save) return false;
    const std::filesystem::path& folder = plan_.save->folder;
    return link_atomically(folder / kBestCheckpoint, folder / kLastCheckpoint);
  }

  /// Where a signal arrives while the epoch is judged, it is judged when the run is resumed.
  Splits validate() {
    try {
      return task_.validate(state_.epoch);
    } catch (const Interrupted& error) {
      stop(error.exit_code() - 128);
    }
  }

  /// After a look.
  [[noreturn]] void stop(int signal) {
    check_weights();
    save(kLastCheckpoint);
    const std::string saved = plan_.save ? "; everything is saved" : "";
    throw Interrupted(signal,
                      {"interrupted at " + present() + saved, "", "",
                       plan_.save ? "go on with --resume " + plan_.save->folder.string() : ""});
  }

  const TrainPlan& plan_;
  Task& task_;
  TrainState& state_;
  const std::vector<Observer*>& observers_;
  const int64_t steps_, look_every_;
  MetricSums sums_;
  const StageEnd ended_;
  double resumed_seconds_ = 0;
  Clock::time_point start_;
  std::future<Prepared> ahead_;  ///< of the next step of this epoch
};

}  // namespace

TrainState train(const TrainPlan& plan, Task& task, TrainState state,
                 const std::vector<Observer*>& observers) {
  Run run(plan, task, state, observers);
  while (state.epoch < plan.epochs) run.one_epoch();
  return state;
}

}  // namespace stl10
