#include "stl10/base/interrupt.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

TEST(Interrupt, TheFirstSignalIsRememberedAndThrownWithItsCode) {
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
    const InterruptGuard guard;
    EXPECT_NO_THROW(throw_if_interrupted());
    std::raise(signal);
    EXPECT_EQ(interrupting_signal(), signal);
    try {
      throw_if_interrupted();
      FAIL() << "no error";
    } catch (const Interrupted& error) {
      EXPECT_EQ(error.exit_code(), code);
    }
  }
  EXPECT_EQ(interrupting_signal(), 0);
}

TEST(Interrupt, ASignalIgnoredBeforeStaysIgnored) {
  std::signal(SIGHUP, SIG_IGN);
  {
    const InterruptGuard guard;
    std::raise(SIGHUP);
    EXPECT_EQ(interrupting_signal(), 0);
  }
  EXPECT_EQ(std::signal(SIGHUP, SIG_DFL), SIG_IGN);
}

TEST(Interrupt, TheSameSignalMayComeTwice) {
  const InterruptGuard guard;
  std::raise(SIGINT);
  std::raise(SIGINT);  // as timeout(1) sends it, to the process and to its group
  EXPECT_EQ(interrupting_signal(), SIGINT);
}

TEST(InterruptDeathTest, ASecondSignalLeavesAtOnce) {
  EXPECT_EXIT(
      {
        const InterruptGuard guard;
        std::raise(SIGTERM);
        ::usleep(300'000);
        std::raise(SIGINT);
        std::_Exit(0);
      },
      ::testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace stl10
