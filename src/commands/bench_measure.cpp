#include "stl10/commands/bench_measure.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "stl10/base/ceilings.h"
#include "stl10/base/cpu.h"
#include "stl10/base/device.h"
#include "stl10/base/device_ceilings.h"
#include "stl10/base/gpu.h"
#include "stl10/base/process.h"
#include "stl10/base/usage.h"
#include "stl10/report/stage_times.h"
#include "stl10/train/trainer.h"

namespace stl10 {
namespace {

constexpr double kMib = 1 << 20;

/// Another task without its judging: a benchmark measures training alone.
class Unjudged : public Task {
 public:
  explicit Unjudged(Task& task) : task_(task) {}

  torch::nn::Module& network() override { return task_.network(); }
  const Loader& loader() const override { return task_.loader(); }
  std::vector<ScheduledOptimizer>& optimizers() override { return task_.optimizers(); }
  Prepared augment(const Batch& batch, const StepContext& context) const override {
    return task_.augment(batch, context);
  }
  void step(const Prepared& prepared, MetricSums& sums, const StageEnd& ended) override {
    task_.step(prepared, sums, ended);
  }
  void after_update(const StepContext& context) override { task_.after_update(context); }
  Splits validate(int64_t) override { return {}; }

 private:
  Task& task_;
};

/// The highest memory use while it lives, looked at every few milliseconds.
class MemoryWatch {
 public:
  MemoryUse highest() const { return {.anonymous = anonymous_, .mapped = mapped_}; }

 private:
  void look() {
    const MemoryUse use = memory_use();
    anonymous_ = std::max<int64_t>(anonymous_, use.anonymous);
    mapped_ = std::max<int64_t>(mapped_, use.mapped);
  }

  std::atomic<int64_t> anonymous_ = 0, mapped_ = 0;
  std::jthread thread_{[this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      look();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }};
};

/// Images a second and milliseconds a step.
Json timing(const std::vector<double>& milliseconds, double images_per_step) {
  double sum = 0;
  for (const double value : milliseconds) sum += value;
  const Milliseconds summary = summarize(milliseconds);
  const double mean = sum / static_cast<double>(milliseconds.size());
  return {{"images_per_second", 1000 * images_per_step / mean},
          {"median_ms", summary.median},
          {"spread_ms", summary.spread}};
}

/// What lies between two steps of the loop, or beside them, by itself: f(step) of each step.
template <class Function>
std::vector<double> alone_milliseconds(const BenchConfig& config, const Function& f) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  for (int64_t step = 0; step < config.warmup_steps + config.measured_steps; ++step) {
    const Clock::time_point start = Clock::now();
    f(step);
    if (step < config.warmup_steps) continue;
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  return times;
}

/// Forgets the steps before those that count.
class Measured : public StageTimes {
 public:
  Measured(std::function<void()> wait, int64_t warmup)
      : StageTimes(std::move(wait)), left_(warmup) {}
  void on_stage(Stage stage) override {
    StageTimes::on_stage(stage);
    if (stage == Stage::kOptimize && left_ > 0 && --left_ == 0) begin();
  }

 private:
  int64_t left_;
};

/// Milliseconds a step of a loop that waits for the device only after so many steps, as a training
/// does. (On the CPU the stages' times are those already.)
class Pace : public Observer {
 public:
  Pace(at::Device device, int64_t warmup, int64_t measured)
      : device_(device), left_(warmup), group_(std::min<int64_t>(measured, 10)) {}

  void on_stage(Stage stage) override {
    if (stage != Stage::kOptimize || --left_ > 0) return;
    wait_for(device_);
    const Clock::time_point now = Clock::now();
    if (start_) {
      const std::chrono::duration<double, std::milli> passed = now - *start_;
      each_.push_back(passed.count() / static_cast<double>(group_));
    }
    start_ = now;
    left_ = group_;
  }
  const std::vector<double>& milliseconds() const { return each_; }

 private:
  using Clock = std::chrono::steady_clock;
  at::Device device_;
  int64_t left_, group_;
  std::optional<Clock::time_point> start_;
  std::vector<double> each_;
};

/// Runs the training loop. @return what it takes beside time.
Json run_loop(Task& task, bool ahead, Measured& times, TrainState& state) {
  const MemoryWatch watch;
  Json result = {{"startup_seconds", seconds_since_start()}};
  times.begin();
  state = train({.epochs = 1, .prepare_ahead = ahead}, task, {}, {&times});
  const MemoryUse memory = watch.highest();
  result["peak_mib"] = static_cast<double>(memory.anonymous) / kMib;
  result["mapped_mib"] = static_cast<double>(memory.mapped) / kMib;
  return result;
}

/// @return the stages' figures, and those of the whole step.
Json measure(Task& task, const Compute& compute, const BenchConfig& config, Measured& times) {
  const bool ahead = has_free_core(compute);
  TrainState state;
  Json result = run_loop(task, ahead, times, state);
  const double images = static_cast<double>(state.images) /
                        static_cast<double>(config.warmup_steps + config.measured_steps);
  const auto loaded = [&](int64_t step) { return task.loader().batch(1, step); };  // after epoch 0
  result["loader"] = timing(alone_milliseconds(config, loaded), images);
  for (const Stage stage :
       {Stage::kAugment, Stage::kForward, Stage::kLoss, Stage::kBackward, Stage::kOptimize}) {
    result[std::string(kStageNames[static_cast<size_t>(stage)])] =
        timing(times.milliseconds({stage}), images);
  }
  result["prepare_ahead"] = ahead;
  if (ahead) {
    at::set_num_threads(1);  // as the loop's thread beside the step has
    const auto augmented = [&](int64_t step) { task.augment(loaded(step), {1, step}); };
    result["augment"] = timing(alone_milliseconds(config, augmented), images);
    at::set_num_threads(static_cast<int>(compute.threads));
  }
  result["step"] = timing(
      times.milliseconds({Stage::kForward, Stage::kLoss, Stage::kBackward, Stage::kOptimize}),
      images);
  result["end_to_end"] = timing(times.step_milliseconds(), images);
  if (!compute.device.is_cpu()) {
    Pace pace(compute.device, config.warmup_steps, config.measured_steps);
    train({.epochs = 1}, task, {}, {&pace});
    result["end_to_end"] = timing(pace.milliseconds(), images);
    result["gpu_peak_mib"] = static_cast<double>(gpu_peak_bytes(compute.device.index())) / kMib;
  }
  result["images_per_step"] = images;
  result["steps"] = times.steps();
  result["device"] = compute.device.str();
  result["threads"] = compute.threads;
  result["precision"] = precision_name(compute);
  result["instruction_set"] = name_of(best_instruction_set());
  return result;
}

/// What the arithmetic and the memory traffic of stages come to, beside what the machine can.
void add_ceilings(Json& result, const EncoderShape& shape, const Compute& compute) {
  const EncoderWork& work = shape.work;
  const bool cpu = compute.device.is_cpu();
  const Ceilings ceilings = cpu ? measure_ceilings(compute.threads)
                                : measure_device_ceilings(compute.device, compute.network_type);
  result["ceilings"] = {{"gflops", ceilings.gflops},
                        {"precision", cpu ? "fp32" : precision_name(compute)},
                        {"copy_gb_per_s", ceilings.copy_gb_per_s}};
  const auto set = [&](const char* stage, const char* unit, double an_image) {
    result[stage][unit] = an_image * result[stage]["images_per_second"].get<double>() / 1e9;
  };
  set("forward", "gflops", static_cast<double>(work.forward));
  set("backward", "gflops", static_cast<double>(work.backward));
  set("step", "gflops", static_cast<double>(work.forward + work.backward));
  const int64_t bytes = result["precision"] == "bf16" ? 2 : 4;
  const int64_t side = shape.sides.front();  // of a view; of the stored image a byte a value
  set("augment", "gb_per_s", static_cast<double>(kImageBytes + bytes * kChannels * side * side));
}

}  // namespace

Json measure_training(Task& task, const EncoderShape& shape, const Compute& compute,
                      const BenchConfig& config) {
  const at::Device device = compute.device;
  Measured times(
      device.is_cpu() ? std::function<void()>() : [device] { wait_for(device); },
      config.warmup_steps);
  Unjudged training(task);
  Json result = measure(training, compute, config, times);
  add_ceilings(result, shape, compute);
  if (!config.trace.empty()) times.save_trace(config.trace);
  return result;
}

}  // namespace stl10
