#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "stl10/train/progress.h"

namespace stl10 {

/// Milliseconds of something that is done again and again.
struct Milliseconds {
  double median = 0;
  double spread = 0;  ///< between the quartiles
};

/// @param values at least one.
Milliseconds summarize(std::vector<double> values);

/// How the files of `StageTimes::save_trace` begin.
inline constexpr std::string_view kTraceBeginning = "{\n  \"traceEvents\"";

/// Takes the time of every stage of every step of a run.
class StageTimes : public Observer {
 public:
  /// @param wait waits for the device; called at the end of each stage, may be empty.
  explicit StageTimes(std::function<void()> wait) : wait_(std::move(wait)) { begin(); }

  /// Begins anew, now: what was is forgotten.
  void begin();

  void on_stage(Stage stage) override;

  int64_t steps() const { return static_cast<int64_t>(steps_.size()); }

  /// Of a stage, a step's parts of it added up; of several stages; of whole steps.
  std::vector<double> milliseconds(const std::vector<Stage>& stages) const;
  std::vector<double> step_milliseconds() const;

  /// Writes all stages as Chrome's trace events (chrome://tracing, Perfetto). @throws IoError.
  void save_trace(const std::filesystem::path& path) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Event {
    Stage stage;
    double start, end;  ///< microseconds since `begin`
  };
  using Step = std::vector<Event>;

  std::function<void()> wait_;
  Clock::time_point start_;
  double last_ = 0;
  std::vector<Step> steps_;  ///< those that have ended
  Step present_;
};

}  // namespace stl10
