#include <algorithm>
#include <chrono>
#include <filesystem>

#include "stl10/base/disk_space.h"
#include "stl10/commands/bench_config.h"
#include "stl10/commands/bench_measure.h"
#include "stl10/commands/bench_subject.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/doctor_findings.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

/// `doctor`: where to look.
struct DoctorOptions {
  std::string data_dir = "data/stl10_binary";
  ComputeOptions compute;
};

template <class Visitor>
void visit_fields(DoctorOptions& options, Visitor& field) {
  field("data_dir", options.data_dir, "folder with the STL-10 binaries");
  visit_fields(options.compute, field);
}

int64_t count_of(const std::vector<at::Tensor>& tensors) {
  int64_t count = 0;
  for (const at::Tensor& tensor : tensors) count += tensor.numel();
  return count;
}

std::string sides_text(const std::vector<int64_t>& sides) {
  std::vector<std::string> texts;
  for (const int64_t side : sides) texts.push_back(std::to_string(side));
  return joined(texts, " → ");
}

void examine_network(Task& task, const EncoderShape& shape, Findings& findings) {
  const int64_t parameters = count_of(task.network().parameters());
  const int64_t work = shape.work.forward + shape.work.backward;
  constexpr double kMega = 1e6;
  findings.json["config"]["network"] = {{"parameters", parameters},
                                        {"sides", shape.sides},
                                        {"receptive_field", shape.receptive_field},
                                        {"flop_a_view", work}};
  findings.lines.emplace_back("network", with_commas(parameters) + " parameters; maps of " +
                                             sides_text(shape.sides) + " pixels, the last sees " +
                                             std::to_string(shape.receptive_field) + "; " +
                                             fixed(static_cast<double>(work) / kMega, 0) +
                                             " MFLOP a view, forward and backward");
  const auto wasted = std::count(shape.sides.begin(), shape.sides.end() - 1, 1);
  if (wasted == 0) return;
  findings.add_problem(
      {"convolutions work on maps of one pixel, where one tap of nine meets it", "larger maps",
       std::to_string(wasted) + " of them",
       "take away pools or strides (--encoder.pools, --encoder.strides), or give larger views"});
}

/// Of the last and the best epoch: weights, buffers, and two values a weight of the optimizer.
double checkpoint_bytes(Task& task) {
  constexpr double kFiles = 2, kStates = 2, kFloat = 4;
  const auto weights = static_cast<double>(count_of(task.network().parameters()));
  const auto buffers = static_cast<double>(count_of(task.network().buffers()));
  return kFiles * kFloat * ((1 + kStates) * weights + buffers);
}

double judging_seconds(Task& task) {
  const auto start = std::chrono::steady_clock::now();
  task.validate(0);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What the run takes of time, memory and disk.
void examine_length(const Command& command, const Invocation& invocation, BenchSubject& whole,
                    Findings& findings) {
  constexpr int64_t kWarmup = 2, kMeasured = 10;
  constexpr double kOfMib = 1 << 20;
  const int64_t epochs = whole.inputs.options.epochs,
                steps = epochs * whole.task->loader().steps_per_epoch();
  const double judging = judging_seconds(*whole.task);
  const auto short_one = command.subject(invocation, kWarmup + kMeasured);
  const Json measured =
      measure_training(*short_one->task, short_one->shape, short_one->inputs.compute,
                       {.warmup_steps = kWarmup, .measured_steps = kMeasured});
  const double images = measured["images_per_step"],
               step = images / measured["end_to_end"]["images_per_second"].get<double>(),
               seconds = static_cast<double>(steps) * step + static_cast<double>(epochs) * judging;
  const double memory = kOfMib *
                        (measured["peak_mib"].get<double>() + measured["mapped_mib"].get<double>()),
               disk = checkpoint_bytes(*whole.task);
  findings.json["config"]["run"] = {{"epochs", epochs},
                                    {"steps", steps},
                                    {"seconds_a_step", step},
                                    {"judging_seconds", judging},
                                    {"seconds", seconds},
                                    {"memory", memory},
                                    {"disk", disk}};
  findings.lines.emplace_back(
      "run", with_commas(steps) + " steps of " + with_commas(static_cast<int64_t>(images)) +
                 " views in " + std::to_string(epochs) + " epochs: about " + clock_text(seconds) +
                 " (" + fixed(1000 * step, 1) + " ms a step), " + bytes_text(memory) +
                 " of memory, " + bytes_text(disk) + " of disk");
  const double free_memory = findings.json["memory"]["available"],
               free_disk = findings.json["disk"].value("available", disk);
  if (memory > free_memory) {
    findings.add_problem({"the run takes more memory than is free", bytes_text(memory),
                          bytes_text(free_memory),
                          "lower the batch sizes, or give --contrastive-chunk"});
  }
  if (disk > free_disk) {
    findings.add_problem({"there is no space for the run's checkpoints", bytes_text(disk),
                          bytes_text(free_disk), "make room, or give another --output"});
  }
}

Answer answer_of(const Findings& findings) {
  constexpr size_t kNames = 9;
  std::string text;
  for (const auto& [name, words] : findings.lines) {
    text += wrapped(left(name, kNames) + words) + "\n";
  }
  Json json = findings.json;
  json["problems"] = findings.problems;
  for (const std::string& problem : findings.problems)
    text += "\n" + wrapped("! " + problem) + "\n";
  if (findings.problems.empty()) text += "\nNothing is wrong.\n";
  return {.json = json, .text = text};
}

void run_doctor(const Invocation& call) {
  check_alone(call.command);
  Invocation invocation = call;
  invocation.config.clear();
  const auto options = resolve_options<DoctorOptions>(invocation);
  Findings findings;
  examine_machine(start_compute(options.compute), findings);
  examine_data(options.data_dir, findings);
  examine_runs(findings);
  if (!call.config.empty()) {
    try {
      examine_config(call.config, call.flags, findings);
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      findings.problems.emplace_back(error.what());
    }
  }
  print_answer(answer_of(findings), call);
}

}  // namespace

void examine_config(const std::string& path, const Json& flags, Findings& findings) {
  const Command command = measured_command(path);
  const Invocation invocation{.command = command.name, .config = path, .flags = flags};
  findings.json["config"] = {{"path", as_utf8(path)}, {"command", command.name}};
  findings.lines.emplace_back("config", path + ", of " + command.name);
  const auto whole = command.subject(invocation, std::nullopt);
  examine_network(*whole->task, whole->shape, findings);
  examine_length(command, invocation, *whole, findings);
}

Command doctor_command() {
  return {.name = "doctor",
          .help = "Look at machine, program and data, and with --config at what a run will take",
          .fields = [] { return describe_fields(DoctorOptions{}); },
          .run = run_doctor};
}

}  // namespace stl10
