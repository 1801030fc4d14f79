#pragma once

#include <array>
#include <functional>
#include <string_view>

namespace stl10 {

/// The parts of a training step, in their order. A step may go through forward, loss and backward
/// several times.
enum class Stage { kLoad, kAugment, kForward, kLoss, kBackward, kOptimize };
inline constexpr std::array<std::string_view, 6> kStageNames = {"loader", "augment",  "forward",
                                                                "loss",   "backward", "optimizer"};

/// Told that a stage has ended: on the CPU when its work is done, on a GPU when it is queued.
using StageEnd = std::function<void(Stage)>;

/// For steps that are not observed.
inline void unobserved(Stage) {}

}  // namespace stl10
