#include "stl10/base/file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "stl10/base/error.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

TEST(File, SavedBytesAreReadBack) {
  const TemporaryFolder folder;
  const std::string bytes("a\0b\n", 4);
  save_atomically(folder / "x", bytes);
  EXPECT_EQ(read_file(folder / "x"), bytes);
  save_atomically(folder / "x", "");
  EXPECT_EQ(read_file(folder / "x"), "");
}

TEST(File, AFailedSaveKeepsThePreviousFileAndLeavesNoOther) {
  const TemporaryFolder folder;
  save_atomically(folder / "x", "old");
  EXPECT_THROW(save_atomically(folder / "x",
                               [](const auto& write) {
                                 write("new", 3);
                                 throw std::runtime_error("stop");
                               }),
               std::runtime_error);
  EXPECT_EQ(read_file(folder / "x"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(File, AFullDiskIsAnIoErrorWithItsReason) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  try {
    append_file("/dev/full", "text");
    FAIL() << "no error";
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("No space left"), std::string::npos) << error.what();
    EXPECT_EQ(error.exit_code(), 1);
  }
}

TEST(File, AppendingAddsToTheEnd) {
  const TemporaryFolder folder;
  append_file(folder / "x", "a");
  append_file(folder / "x", "b");
  EXPECT_EQ(read_file(folder / "x"), "ab");
}

TEST(File, MissingFilesFoldersAndBadTargetsAreIoErrors) {
  const TemporaryFolder folder;
  EXPECT_THROW(MappedFile(folder / "none"), IoError);
  EXPECT_THROW(MappedFile(folder.path()), IoError);
  EXPECT_THROW(save_atomically(folder / "none" / "x", "a"), IoError);
  save_atomically(folder / "x", "a");
  EXPECT_THROW(make_folder(folder / "x" / "y"), IoError);
}

TEST(File, AMappedFileCanBeMoved) {
  const TemporaryFolder folder;
  save_atomically(folder / "x", "abc");
  MappedFile first(folder / "x");
  MappedFile second(std::move(first));
  ASSERT_EQ(second.size(), 3u);
  EXPECT_EQ(second.data()[2], 'c');
}

}  // namespace
}  // namespace stl10
