#include "stl10/base/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

TEST(ProcessDeathTest, AFileNeverTakesTheStandardStreamsPlace) {
  EXPECT_EXIT(
      {
        ::close(STDIN_FILENO);
        ::close(STDOUT_FILENO);
        prepare_process();
        const bool apart = ::open("/dev/null", O_RDONLY) > STDERR_FILENO;
        std::_Exit(apart ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(ProcessDeathTest, AResultThatCannotBeWrittenIsAnIoError) {
  EXPECT_EXIT(
      {
        ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
        try {
          print_result("result");
          std::_Exit(0);
        } catch (const IoError& error) {
          std::_Exit(std::string(error.what()).find("stdout") == std::string::npos ? 2 : 1);
        }
      },
      ::testing::ExitedWithCode(1), "");
}

TEST(ProcessDeathTest, AClosedPipeIsNoDeath) {
  EXPECT_EXIT(
      {
        prepare_process();
        int ends[2] = {};
        if (::pipe(ends) == 0) ::close(ends[0]);
        std::_Exit(::write(ends[1], "x", 1) < 0 && errno == EPIPE ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace stl10
