#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/commands/bench_config.h"
#include "stl10/commands/bench_measure.h"
#include "stl10/commands/bench_subject.h"
#include "stl10/commands/commands.h"
#include "stl10/report/bench_table.h"
#include "stl10/report/run_folder.h"
#include "stl10/report/stage_times.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

/// bench's own options taken out of the flags of both.
BenchConfig taken_options(Json& flags) {
  Json own = Json::object();
  for (const FieldInfo& field : describe_fields(BenchConfig{})) {
    if (flags.contains(field.key)) own[field.key] = flags[field.key];
    flags.erase(field.key);
  }
  BenchConfig config;
  apply_json(config, own, "the command line");
  return config;
}

void check_trace(const std::string& trace) {
  const fs::path folder = fs::path(trace).parent_path();
  if (!folder.empty() && !fs::is_directory(folder)) {
    throw IoError({"cannot write " + trace, "", "the folder " + folder.string() + " is missing",
                   "make it, or choose another --trace"});
  }
  if (!trace.empty()) check_replaceable(trace, kTraceBeginning, "a trace of bench");
}

void run_bench(const Invocation& call) {
  check_alone(call.command);
  Invocation invocation = call;
  const BenchConfig config = taken_options(invocation.flags);
  check_trace(config.trace);
  if (invocation.config.empty()) {
    throw UsageError({"bench measures the training of a config", "--config FILE", "none",
                      "name one, such as configs/baseline.json"});
  }
  const Command command = measured_command(invocation.config);
  invocation.command = command.name;
  const auto subject = command.subject(invocation, config.warmup_steps + config.measured_steps);
  Json result = measure_training(*subject->task, subject->shape, subject->inputs.compute, config);
  result["command"] = command.name;
  print_answer({.json = result, .text = bench_table(result)}, invocation);
}

/// bench's own options, and those of all commands that can be measured, each once.
std::vector<FieldInfo> bench_fields() {
  std::vector<FieldInfo> fields = describe_fields(BenchConfig{});
  for (const Command& command : measured_commands()) {
    for (const FieldInfo& field : command.fields()) {
      const auto is_it = [&](const FieldInfo& other) { return other.key == field.key; };
      if (std::none_of(fields.begin(), fields.end(), is_it)) fields.push_back(field);
    }
  }
  std::erase_if(fields, [](const FieldInfo& field) {
    return field.key == "output" || field.key == "checkpoint" || field.key == "epochs" ||
           field.key == "steps_per_epoch";
  });
  return fields;
}

}  // namespace

Command bench_command() {
  return {.name = "bench",
          .help = "Measure the speed of a config's training, stage by stage",
          .fields = bench_fields,
          .run = run_bench};
}

}  // namespace stl10
