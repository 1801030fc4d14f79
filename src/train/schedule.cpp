#include "stl10/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stl10 {

double schedule_factor(const ScheduleOptions& options, int64_t step, int64_t total_steps,
                       int64_t steps_per_epoch) {
  const int64_t frozen = options.frozen_epochs * steps_per_epoch;
  if (step < frozen) return 0;
  step -= frozen;
  total_steps -= frozen;
  const double warmup = options.warmup_epochs * static_cast<double>(steps_per_epoch);
  const double position = static_cast<double>(step);
  if (position + 1 < warmup) return (position + 1) / warmup;
  if (options.decay == Decay::kConstant) return 1;
  const double rest = std::max(1.0, static_cast<double>(total_steps) - warmup);
  const double progress = std::clamp((position - warmup) / rest, 0.0, 1.0);
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * progress));
  return options.final_factor + (1 - options.final_factor) * cosine;
}

}  // namespace stl10
