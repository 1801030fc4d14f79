#include "stl10/commands/run_inputs.h"

#include <filesystem>
#include <utility>

#include "stl10/base/cpu.h"
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
  run.compute = start_compute(options.compute);
  run.data = open_data(invocation, options, parts);
  run.provenance = {.command = invocation.command,
                    .config = resolved_config(config, invocation.command),
                    .class_names = run.data.class_names,
                    .data = fingerprint(run.data),
                    .precision = std::string(precision_name(run.compute)),
                    .instruction_set = std::string(name_of(best_instruction_set())),
                    .device = run.compute.device.str(),
                    .threads = run.compute.threads,
                    .fit = std::string(name_of(run.data.fit))};
  return run;
}

}  // namespace stl10
