#pragma once

#include <string>

namespace stl10 {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP is remembered instead of ending the process,
/// so that long work can save and end; a second one, a moment later, ends it at once. A signal that
/// was ignored before (SIGHUP under nohup) stays ignored.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

/// The signal that arrived, or 0.
int interrupting_signal();

/// For loops that last. @param next what to do then. @throws Interrupted when a signal arrived.
void throw_if_interrupted(const std::string& next = "run it again");

}  // namespace stl10
