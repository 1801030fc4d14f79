#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stl10/base/options.h"

namespace stl10 {

enum class Decay { kConstant, kCosine };
inline std::vector<std::string_view> enum_names(Decay) { return {"constant", "cosine"}; }

/// How the learning rate moves over a run.
struct ScheduleOptions {
  Decay decay = Decay::kConstant;
  double warmup_epochs = 0;
  double final_factor = 0;
  int64_t frozen_epochs = 0;  ///< before all else, with the factor 0; not an option of its own
};

template <class Visitor>
void visit_fields(ScheduleOptions& options, Visitor& field) {
  field("decay", options.decay, "constant, or half a cosine from the base rate to the final one");
  field("warmup_epochs", options.warmup_epochs, "epochs of linear warm-up", at_least(0));
  field("final_factor", options.final_factor, "final over base rate (cosine)", between(0, 1));
}

/// The factor on the base learning rate at `step` (0-based) of `total_steps`, a pure function, so a
/// resumed run needs no schedule state. 0 in the frozen epochs, then as if training began. Warm-up
/// (Goyal et al. 2017): (step + 1)/warm-up steps; cosine (Loshchilov and Hutter 2017, without
/// restarts) over the steps after it; the last step has nearly the final factor, the step after it
/// would have exactly that.
double schedule_factor(const ScheduleOptions& options, int64_t step, int64_t total_steps,
                       int64_t steps_per_epoch);

}  // namespace stl10
