#include <ATen/Parallel.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include "stl10/base/ceilings.h"
#include "stl10/base/cpu.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/process.h"
#include "stl10/base/usage.h"
#include "stl10/commands/bench_config.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/simclr_config.h"
#include "stl10/commands/supervised_config.h"
#include "stl10/commands/training_run.h"
#include "stl10/report/bench_table.h"
#include "stl10/report/stage_times.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

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

/// What is measured: a method with its options.
struct Subject {
  std::unique_ptr<TrainingRun> run;
  std::unique_ptr<Task> task;
  EncoderOptions encoder;
};

template <class Config, class Method>
Subject subject_of(const Invocation& invocation, const BenchConfig& bench) {
  auto config = resolve_options<Config>(invocation);
  config.run.steps_per_epoch = bench.warmup_steps + bench.measured_steps;
  config.run.epochs = 1;
  Parts parts;
  if constexpr (requires { config.task.unlabeled_batch_size; }) {
    parts.unlabeled = config.task.unlabeled_batch_size > 0;
    parts.without_unlabeled = "--unlabeled-batch-size 0";
  }
  Subject subject{.encoder = config.task.encoder};
  subject.run = std::make_unique<TrainingRun>(invocation, config.run, to_json(config), parts);
  subject.task = std::make_unique<Method>(config.task, subject.run->input());
  return subject;
}

Subject subject_of(const Invocation& invocation, const BenchConfig& bench) {
  if (invocation.command == "supervised") {
    return subject_of<SupervisedConfig, SupervisedTask>(invocation, bench);
  }
  if (invocation.command == "simclr-pretrain") {
    return subject_of<SimclrConfig, SimclrTask>(invocation, bench);
  }
  throw ConfigError({invocation.config + " is of a command that bench doesn't measure",
                     "`supervised` or `simclr-pretrain`", "`" + invocation.command + "`",
                     "name another config"});
}

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

std::function<void()> wait_for(const at::Device& device) {
  if (device.is_cpu()) return {};
  return [device] { c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index()); };
}

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

Json measure(const Subject& subject, const BenchConfig& config, Measured& times) {
  const Compute compute = subject.run->input().compute;
  const bool ahead = has_free_core(compute);
  Unjudged task(*subject.task);
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
  result["images_per_step"] = images;
  result["steps"] = times.steps();
  result["device"] = compute.device.str();
  result["threads"] = compute.threads;
  result["precision"] = precision_name(compute);
  result["instruction_set"] = name_of(best_instruction_set());
  return result;
}

/// What the arithmetic and the memory traffic of stages come to, beside what the machine can.
void add_ceilings(Json& result, const Subject& subject) {
  const Ceilings ceilings = measure_ceilings(result["threads"]);
  result["ceilings"] = {{"fp32_gflops", ceilings.gflops},
                        {"copy_gb_per_s", ceilings.copy_gb_per_s}};
  const EncoderWork work = work_of(subject.encoder);
  const auto set = [&](const char* stage, const char* unit, double an_image) {
    result[stage][unit] = an_image * result[stage]["images_per_second"].get<double>() / 1e9;
  };
  set("forward", "gflops", static_cast<double>(work.forward));
  set("backward", "gflops", static_cast<double>(work.backward));
  set("step", "gflops", static_cast<double>(work.forward + work.backward));
  const double bytes = result["precision"] == "bf16" ? 2 : 4;
  set("augment", "gb_per_s", (1 + bytes) * static_cast<double>(kImageBytes));
}

void run_bench(const Invocation& call, const Json& flags) {
  BenchConfig config;
  apply_json(config, flags, "the command line");
  Invocation invocation = call;
  const fs::path folder = fs::path(config.trace).parent_path();
  if (!folder.empty() && !fs::is_directory(folder)) {
    throw IoError({"cannot write " + config.trace, "",
                   "the folder " + folder.string() + " is missing",
                   "make it, or choose another --trace"});
  }
  if (!config.trace.empty()) check_replaceable(config.trace, kTraceBeginning, "a trace of bench");
  const Json file = load_json(call.config);
  if (!file.contains("command") || !file["command"].is_string()) {
    throw ConfigError({call.config + " doesn't say which command it is of", "a key `command`",
                       "none", "add \"command\": \"supervised\" or \"simclr-pretrain\""});
  }
  invocation.command = file["command"];
  const Subject subject = subject_of(invocation, config);
  Measured times(wait_for(subject.run->input().compute.device), config.warmup_steps);
  Json result = measure(subject, config, times);
  add_ceilings(result, subject);
  result["command"] = invocation.command;
  print_result(call.json ? result.dump(2) + "\n" : bench_table(result));
  if (!config.trace.empty()) times.save_trace(config.trace);
}

/// The options of all commands that can be measured, each once.
std::vector<FieldInfo> measured_fields() {
  std::vector<FieldInfo> fields = describe_fields(SupervisedConfig{});
  for (const FieldInfo& field : describe_fields(SimclrConfig{})) {
    const bool known = std::any_of(fields.begin(), fields.end(),
                                   [&](const FieldInfo& other) { return other.key == field.key; });
    if (!known) fields.push_back(field);
  }
  std::erase_if(fields, [](const FieldInfo& field) {
    return field.key == "output" || field.key == "checkpoint" || field.key == "epochs" ||
           field.key == "steps_per_epoch";
  });
  return fields;
}

}  // namespace

void add_bench(CLI::App& app) {
  const auto invocation = std::make_shared<Invocation>();
  const auto flags = std::make_shared<Json>(Json::object());
  CLI::App* sub =
      app.add_subcommand("bench", "Measure the speed of a config's training, stage by stage");
  sub->add_option("--config", invocation->config,
                  "JSON file of the training to measure; flags override it")
      ->type_name("FILE")
      ->required();
  sub->add_flag("--json", invocation->json, "print the figures as one JSON object");
  add_option_flags(*sub, describe_fields(BenchConfig{}), *flags);
  add_option_flags(*sub, measured_fields(), invocation->flags);
  sub->callback([invocation, flags] { run_bench(*invocation, *flags); });
}

}  // namespace stl10
