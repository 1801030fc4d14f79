#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/process.h"
#include "stl10/commands/bench_measure.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/simclr_config.h"
#include "stl10/commands/supervised_config.h"
#include "stl10/commands/training_run.h"
#include "stl10/report/bench_table.h"
#include "stl10/report/stage_times.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

/// What is measured: a method with its options.
struct Subject {
  std::unique_ptr<TrainingRun> run;
  std::unique_ptr<Task> task;
  EncoderWork work;
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
  Subject subject;
  subject.run = std::make_unique<TrainingRun>(invocation, config.run, to_json(config), parts);
  auto task = std::make_unique<Method>(config.task, subject.run->input());
  subject.work = task->encoder()->shape().work;
  subject.task = std::move(task);
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
  Json result = measure_training(*subject.task, subject.work, subject.run->input().compute, config);
  result["command"] = invocation.command;
  print_result(call.json ? result.dump(2) + "\n" : bench_table(result));
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
