#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "stl10/base/cpu.h"
#include "stl10/base/disk_space.h"
#include "stl10/base/gpu.h"
#include "stl10/commands/doctor_findings.h"
#include "stl10/commands/version.h"
#include "stl10/data/dataset.h"
#include "stl10/data/official.h"
#include "stl10/report/runs_table.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

constexpr double kGib = 1 << 30;

/// What this processor could do without the variable that forbids it.
InstructionSet instruction_set_of_machine() {
  const char* const cap = std::getenv("ATEN_CPU_CAPABILITY");
  if (cap == nullptr) return best_instruction_set();
  const std::string kept = cap;
  ::unsetenv("ATEN_CPU_CAPABILITY");
  const InstructionSet best = best_instruction_set();
  ::setenv("ATEN_CPU_CAPABILITY", kept.c_str(), 1);
  return best;
}

void examine_instruction_sets(Findings& findings) {
  const InstructionSet machine = instruction_set_of_machine(), used = best_instruction_set();
  findings.json["instruction_sets"] = {{"compiled", {"baseline", "AVX2", "AVX-512"}},
                                       {"machine", name_of(machine)},
                                       {"used", name_of(used)}};
  if (used == machine) return;
  findings.add_problem({"the loops for older processors are used", std::string(name_of(machine)),
                        std::string(name_of(used)), "unset ATEN_CPU_CAPABILITY"});
}

void examine_devices(const Compute& compute, Findings& findings) {
  Json devices = {"cpu"};
  for (int gpu = 0; gpu < gpu_count(); ++gpu) devices.push_back("cuda:" + std::to_string(gpu));
  findings.json["devices"] = devices;
  findings.json["device"] = compute.device.str();
  findings.json["precision"] = precision_name(compute);
  const std::string others = devices.size() > 1 ? " of " + std::to_string(devices.size()) : "";
  findings.lines.emplace_back("device", compute.device.str() + others + ", loops for " +
                                            std::string(name_of(best_instruction_set())) + ", " +
                                            std::string(precision_name(compute)));
  if (gpu_count() > 0 || !fs::exists("/dev/nvidia0")) return;
  const bool built_without = cuda_version() == "none";
  findings.add_problem({"there is a GPU, and the program doesn't use it", "",
                        built_without ? "a program built without CUDA" : "no driver that answers",
                        built_without
                            ? "build it with scripts/setup.sh where nvcc is, as README says"
                            : "look at nvidia-smi"});
}

void examine_cores(const Compute& compute, Findings& findings) {
  const int64_t all = ::sysconf(_SC_NPROCESSORS_ONLN), usable = usable_cores();
  findings.json["cores"] = {{"machine", all}, {"usable", usable}, {"threads", compute.threads}};
  findings.lines.emplace_back("cores", std::to_string(usable) + " of " + std::to_string(all) +
                                           " may be used, by " + std::to_string(compute.threads) +
                                           (compute.threads == 1 ? " thread" : " threads"));
  if (usable < all) {
    findings.add_problem(
        {"this process may use a part of the cores", std::to_string(all), std::to_string(usable),
         "widen its affinity (taskset) or its container's quota, if they are yours"});
  }
  if (compute.threads < compute.threads_asked) {
    findings.add_problem({"the system lets this process start too few threads",
                          std::to_string(compute.threads_asked), std::to_string(compute.threads),
                          "raise `ulimit -u` or the cgroup's pids.max"});
  }
}

/// A line of /proc/meminfo, in bytes; 0 where there is none.
double memory_info(const std::string& name) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name + ":")) continue;
    constexpr double kKib = 1024;
    return kKib * std::strtod(line.c_str() + name.size() + 1, nullptr);
  }
  return 0;
}

void examine_memory(Findings& findings) {
  constexpr double kLittle = kGib;
  const double all = memory_info("MemTotal"), available = memory_info("MemAvailable");
  findings.json["memory"] = {{"bytes", all}, {"available", available}};
  findings.lines.emplace_back("memory", bytes_text(available) + " of " + bytes_text(all) + " free");
  if (available >= kLittle) return;
  findings.add_problem({"there is little memory left", bytes_text(kLittle) + " or more",
                        bytes_text(available), "end other programs"});
}

void examine_disk(Findings& findings) {
  constexpr double kLittle = 256 << 20;
  std::error_code error;
  const fs::path here = fs::current_path(error);
  if (error) return;
  const auto available = static_cast<double>(free_bytes(here));
  findings.json["disk"] = {{"folder", as_utf8(here.string())}, {"available", available}};
  findings.lines.emplace_back("disk", bytes_text(available) + " free in " + here.string());
  if (available >= kLittle) return;
  findings.add_problem({"there is no room for the files of runs", bytes_text(kLittle) + " or more",
                        bytes_text(available), "make room, or name another place with --output"});
}

/// @return whether all have the official sizes.
bool examine_files(const fs::path& folder, Json& files) {
  bool official = true;
  for (const OfficialFile& file : kOfficialFiles) {
    std::error_code error;
    const auto bytes = static_cast<int64_t>(fs::file_size(folder / file.name, error));
    files[std::string(file.name)] = error ? Json(nullptr) : Json(bytes);
    official = official && !error && bytes == file.bytes;
  }
  return official;
}

std::string words_of_data(const Dataset& data, bool official) {
  return with_commas(data.train.count()) + " training, " + with_commas(data.test.count()) +
         " test, " + with_commas(data.unlabeled.count()) + " unlabeled images of " +
         std::to_string(data.class_count()) + " classes" +
         (official ? ", the sizes of the official ones" : "");
}

}  // namespace

void examine_machine(const Compute& compute, Findings& findings) {
  const Json known = environment(compute, "");
  for (const char* key : {"version", "git", "libtorch", "cuda"}) findings.json[key] = known[key];
  findings.lines.emplace_back("program", "stl10 " + known["version"].get<std::string>() + " (" +
                                             known["git"].get<std::string>() + "), LibTorch " +
                                             known["libtorch"].get<std::string>() + ", CUDA " +
                                             known["cuda"].get<std::string>());
  examine_instruction_sets(findings);
  examine_devices(compute, findings);
  examine_cores(compute, findings);
  examine_memory(findings);
  examine_disk(findings);
}

void examine_data(const std::string& folder, Findings& findings) {
  Json& json = findings.json["data"] = {
      {"folder", as_utf8(folder)}, {"files", Json::object()}, {"sound", false}};
  const bool official = examine_files(folder, json["files"]);
  json["official_sizes"] = official;
  try {
    const Dataset data =
        open_dataset(folder, {.unlabeled = fs::exists(fs::path(folder) / "unlabeled_X.bin")});
    json["sound"] = true;
    json["images"] = {{"train", data.train.count()},
                      {"test", data.test.count()},
                      {"unlabeled", data.unlabeled.count()}};
    findings.lines.emplace_back("data", folder + ": " + words_of_data(data, official));
  } catch (const Error& error) {
    findings.lines.emplace_back("data", folder + ": not usable");
    findings.problems.emplace_back(error.what());
  }
}

void examine_runs(Findings& findings) {
  const std::vector<fs::path> runs =
      fs::is_directory("runs") ? runs_below("runs") : std::vector<fs::path>();
  findings.json["runs"] = runs.size();
  findings.lines.emplace_back(
      "runs", runs.empty() ? "none in runs/"
                           : std::to_string(runs.size()) + " in runs/ (stl10 runs lists them)");
}

}  // namespace stl10
