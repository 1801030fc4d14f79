#include "stl10/base/interrupt.h"

#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <ctime>
#include <iterator>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing but statics.
volatile std::sig_atomic_t received = 0;
timespec received_at;
struct sigaction former[std::size(kSignals)];

void remember(int signal) {
  // timeout(1) and others send one to the process and to its group: the same one, twice.
  constexpr double kSame = 0.2;
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const double later = static_cast<double>(now.tv_sec - received_at.tv_sec) +
                       1e-9 * static_cast<double>(now.tv_nsec - received_at.tv_nsec);
  if (received != 0 && later > kSame) ::_exit(128 + signal);
  if (received != 0) return;
  received_at = now;
  received = signal;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  received = 0;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], nullptr, &former[i]);
    if (former[i].sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_handler = remember;
    action.sa_flags = SA_RESTART;
    ::sigaction(kSignals[i], &action, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  for (size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &former[i], nullptr);
  received = 0;
}

int interrupting_signal() { return received; }

void throw_if_interrupted(const std::string& next) {
  if (received != 0) throw Interrupted(received, {"interrupted", "", "", next});
}

}  // namespace stl10
