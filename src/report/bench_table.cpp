#include "stl10/report/bench_table.h"

#include <cmath>

#include "stl10/report/text.h"

namespace stl10 {
namespace {

std::string stage_row(const std::string& stage, const Json& result) {
  const Json& timing = result[stage];
  const auto shown = [&](const char* unit, const char* ceiling) {
    if (!timing.contains(unit)) return std::string();
    const double value = timing[unit];
    return short_number(value) + " (" +
           fixed(100 * value / result["ceilings"][ceiling].get<double>(), 0) + " %)";
  };
  const double share =
      timing["median_ms"].get<double>() / result["end_to_end"]["median_ms"].get<double>();
  return left(stage, 12) +
         right(with_commas(std::llround(timing["images_per_second"].get<double>())), 12) +
         right(fixed(timing["median_ms"], 2), 11) + right(fixed(timing["spread_ms"], 2), 9) +
         right(fixed(100 * share, 1) + " %", 9) + right(shown("gflops", "gflops"), 16) +
         right(shown("gb_per_s", "copy_gb_per_s"), 16) + "\n";
}

}  // namespace

std::string bench_table(const Json& result) {
  std::string text =
      "stage           images/s  median ms   spread    share         GFLOP/s            GB/s\n";
  for (const char* stage :
       {"loader", "augment", "forward", "loss", "backward", "optimizer", "step", "end_to_end"}) {
    text += stage_row(stage, result);
  }
  return text + result["device"].get<std::string>() + ", " +
         std::to_string(result["threads"].get<int64_t>()) + " threads, " +
         result["precision"].get<std::string>() + ", " +
         result["instruction_set"].get<std::string>() +
         "; ceilings measured here: " + short_number(result["ceilings"]["gflops"]) + " GFLOP/s (" +
         result["ceilings"]["precision"].get<std::string>() + "), " +
         short_number(result["ceilings"]["copy_gb_per_s"]) + " GB/s copied\n" +
         fixed(result["images_per_step"], 0) + " images a step, " +
         std::to_string(result["steps"].get<int64_t>()) + " steps; memory at most " +
         fixed(result["peak_mib"], 0) + " MiB, and " + fixed(result["mapped_mib"], 0) +
         " MiB of files" +
         (result.contains("gpu_peak_mib")
              ? ", " + fixed(result["gpu_peak_mib"], 0) + " MiB of the GPU's"
              : "") +
         "; first step " + fixed(result["startup_seconds"], 2) + " s after the process started\n" +
         (result["prepare_ahead"] ? "augment runs beside the step before, on a free core\n" : "");
}

}  // namespace stl10
