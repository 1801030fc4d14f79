#include "stl10/base/spool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <string>

#include "stl10/base/error.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

TEST(Spool, GivesBackWhatWasPutAside) {
  TemporaryFolder folder;
  Spool spool(folder / "not" / "yet" / "there");
  spool.append("hello ", 6);
  spool.append("world", 5);
  std::string text(5, ' ');
  spool.read(6, text.data(), 5);
  EXPECT_EQ(text, "world");
  spool.read(0, text.data(), 5);
  EXPECT_EQ(text, "hello");
  EXPECT_THROW(spool.read(7, text.data(), 5), IoError);
}

TEST(Spool, LeavesNoName) {
  TemporaryFolder folder;
  const Spool spool(folder / "x");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Spool, SaysThatADiskIsFull) {
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit usual{};
  ::getrlimit(RLIMIT_FSIZE, &usual);
  TemporaryFolder folder;
  Spool spool(folder / "x");
  const rlimit small{1000, usual.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string bytes(2000, 'x');
  EXPECT_THROW(spool.append(bytes.data(), bytes.size()), IoError);
  ::setrlimit(RLIMIT_FSIZE, &usual);
  std::signal(SIGXFSZ, before);
}

}  // namespace
}  // namespace stl10
