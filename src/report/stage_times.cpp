#include "stl10/report/stage_times.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "stl10/base/options_json.h"
#include "stl10/report/run_folder.h"

namespace stl10 {

Milliseconds summarize(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(place);
    const size_t above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], place - static_cast<double>(below));
  };
  return {.median = quantile(0.5), .spread = quantile(0.75) - quantile(0.25)};
}

void StageTimes::begin() {
  start_ = Clock::now();
  last_ = 0;
  steps_.clear();
  present_.clear();
}

void StageTimes::on_stage(Stage stage) {
  if (wait_) wait_();
  const double now = std::chrono::duration<double, std::micro>(Clock::now() - start_).count();
  present_.push_back({stage, last_, now});
  last_ = now;
  if (stage != Stage::kOptimize) return;
  steps_.push_back(std::move(present_));
  present_.clear();
}

std::vector<double> StageTimes::milliseconds(const std::vector<Stage>& stages) const {
  std::vector<double> sums;
  for (const Step& step : steps_) {
    double sum = 0;
    for (const Event& event : step) {
      const bool counts = std::find(stages.begin(), stages.end(), event.stage) != stages.end();
      if (counts) sum += (event.end - event.start) / 1000;
    }
    sums.push_back(sum);
  }
  return sums;
}

std::vector<double> StageTimes::step_milliseconds() const {
  std::vector<double> times;
  for (const Step& step : steps_) {
    times.push_back((step.back().end - step.front().start) / 1000);
  }
  return times;
}

void StageTimes::save_trace(const std::filesystem::path& path) const {
  Json events = Json::array();
  for (const Step& step : steps_) {
    for (const Event& event : step) {
      events.push_back({{"name", std::string(kStageNames[static_cast<size_t>(event.stage)])},
                        {"ph", "X"},
                        {"ts", event.start},
                        {"dur", event.end - event.start},
                        {"pid", 1},
                        {"tid", 1}});
    }
  }
  save_json(path, {{"traceEvents", events}});
}

}  // namespace stl10
