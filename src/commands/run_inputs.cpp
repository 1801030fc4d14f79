#include "stl10/commands/run_inputs.h"

#include <filesystem>
#include <utility>

#include "stl10/base/cpu.h"
#include "stl10/base/error.h"
#include "stl10/commands/process_group.h"
#include "stl10/commands/version.h"
#include "stl10/data/toy.h"
#include "stl10/report/run_folder.h"

namespace stl10 {
namespace {

void check_folder(const Invocation& invocation, const RunOptions& options,
                  std::vector<std::string> inputs) {
  if (!invocation.resume.empty()) return;
  if (options.checkpoint) inputs.push_back(*options.checkpoint);
  if (!invocation.config.empty()) inputs.push_back(invocation.config);
  check_output(options.output, invocation.overwrite, inputs);
}

Dataset open_data(const Invocation& invocation, const RunOptions& options, const Parts& parts) {
  if (!parts.train && !parts.test && !parts.unlabeled) return {};
  // A folder that the command line names and that isn't there is a mistyped one, unless the same
  // line asks for toy data.
  const Json& flags = invocation.flags;
  const bool may_make = !flags.contains("data_dir") || flags.contains("make_toy");
  if (options.make_toy && may_make && !std::filesystem::exists(options.data_dir)) {
    write_toy(options.data_dir, {});
  }
  return open_dataset(options.data_dir, parts);
}

/// Alone, or in the group that a launcher has started.
Compute compute_of(const RunOptions& options) {
  const std::optional<GroupPlace> place = place_in_group();
  if (!place) return start_compute(options.compute);
  Compute compute = start_compute(options.compute, place->local);
  compute.group = join_group(*place, {.join = std::chrono::seconds(options.join_seconds),
                                      .exchange = std::chrono::seconds(options.exchange_seconds)});
  return compute;
}

/// Rank 0 first, which makes toy data where the others then find it.
Dataset open_shared_data(const RunInputs& run, const Parts& parts) {
  const Group& group = run.compute.group;
  if (!group.leads()) group.barrier();
  Dataset data = open_data(run.invocation, run.options, parts);
  if (group.leads()) group.barrier();
  return data;
}

}  // namespace

TaskInput RunInputs::input() const {
  return {.data = data,
          .compute = compute,
          .seed = static_cast<uint64_t>(options.seed),
          .steps_per_epoch = options.steps_per_epoch,
          .epochs = options.epochs};
}

RunInputs open_run(const Invocation& invocation, const RunOptions& options, const Json& config,
                   const Parts& parts, std::vector<std::string> inputs) {
  check_folder(invocation, options, std::move(inputs));  // first, so that nothing is opened in vain
  RunInputs run{.invocation = invocation, .options = options};
  run.compute = compute_of(options);
  run.data = open_shared_data(run, parts);
  run.provenance = {.command = invocation.command,
                    .config = resolved_config(config, invocation.command),
                    .class_names = run.data.class_names,
                    .data = fingerprint(run.data),
                    .precision = std::string(precision_name(run.compute)),
                    .instruction_set = std::string(name_of(best_instruction_set())),
                    .device = run.compute.device.str(),
                    .threads = run.compute.threads,
                    .fit = std::string(name_of(run.data.fit))};
  check_agreement(run.compute.group, {{"version", version_text()},
                                      {"config", run.provenance.config},
                                      {"data", run.provenance.data},
                                      {"precision", run.provenance.precision}});
  return run;
}

}  // namespace stl10
