#include "stl10/train/interrupt.h"

#include <csignal>

namespace stl10 {
namespace {

volatile std::sig_atomic_t received = 0;  // a signal handler can reach nothing but a static

void remember(int signal) {
  received = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  received = 0;
  std::signal(SIGINT, remember);
  std::signal(SIGTERM, remember);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

int InterruptGuard::signal() { return received; }

}  // namespace stl10
