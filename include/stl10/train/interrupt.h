#pragma once

namespace stl10 {

/// While it lives, SIGINT and SIGTERM are remembered instead of ending the process; a second signal
/// ends it at once.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// The signal that arrived, or 0.
  static int signal();
};

}  // namespace stl10
