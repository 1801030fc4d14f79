#include "stl10/base/error.h"

#include <gtest/gtest.h>

#include <utility>

namespace stl10 {
namespace {

TEST(Error, OneLineWithWhatExpectedFoundAndNext) {
  EXPECT_EQ(to_line({"bad\nfile", "1", "2", "mend it"}),
            "bad file (expected 1, found 2); next: mend it");
  EXPECT_EQ(to_line({"bad", "", "2", ""}), "bad (found 2)");
}

TEST(Error, ControlCharactersNeverReachTheTerminal) {
  EXPECT_EQ(to_line({"\x1b[2Jname\a", "", "\x7f\tx", ""}), " [2Jname  (found   x)");
  EXPECT_EQ(printable("caf\u00e9 \u2192 \u009b31m"), "caf\u00e9 \u2192  31m");
}

TEST(Error, EveryKindHasItsExitCode) {
  const Complaint complaint{.what = "x"};
  EXPECT_EQ(IoError(complaint).exit_code(), 1);
  EXPECT_EQ(DataError(complaint).exit_code(), 1);
  EXPECT_EQ(UsageError(complaint).exit_code(), 2);
  EXPECT_EQ(ConfigError(complaint).exit_code(), 2);
  EXPECT_EQ(Diverged(complaint).exit_code(), 3);
  EXPECT_EQ(Locked(complaint).exit_code(), 4);
  for (const int signal : {1, 2, 15}) {
    EXPECT_EQ(Interrupted(signal, complaint).exit_code(), 128 + signal);
  }
}

TEST(Error, EmptyPartsAreLeftOut) {
  EXPECT_EQ(to_line({.what = "x"}), "x");
  EXPECT_EQ(to_line({.what = "x", .found = "y"}), "x (found y)");
  EXPECT_EQ(to_line({.what = "x", .expected = "y"}), "x (expected y)");
  EXPECT_EQ(to_line({.what = "x", .next = "z"}), "x; next: z");
}

}  // namespace
}  // namespace stl10
