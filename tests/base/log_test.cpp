#include "stl10/base/log.h"

#include <gtest/gtest.h>

#include "stl10/base/file.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

TEST(Log, MessagesGoToTheTerminalAndTheFileNotesToTheFileAlone) {
  const testing::TemporaryFolder folder;
  Log log;
  log.add_file(folder / "log.txt");
  ::testing::internal::CaptureStderr();
  log.info("begins");
  log.warn("strange");
  log.note("in silence");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "stl10: begins\nstl10: warning: strange\n");
  const std::string text = read_file(folder / "log.txt");
  for (const char* part : {"info: begins\n", "warning: strange\n", "info: in silence\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << text;
  }
}

TEST(Log, ControlCharactersStayOutside) {
  const testing::TemporaryFolder folder;
  Log log;
  log.add_file(folder / "log.txt");
  ::testing::internal::CaptureStderr();
  log.info("\x1b[2Ja{}");
  log.warn("b\a");
  log.note("c\rd");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "stl10:  [2Ja{}\nstl10: warning: b \n");
  EXPECT_EQ(read_file(folder / "log.txt").find_first_of("\x1b\a\r"), std::string::npos);
}

}  // namespace
}  // namespace stl10
