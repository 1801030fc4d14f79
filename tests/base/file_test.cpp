#include "stl10/base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <numeric>

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

/// Pages of files in this process's memory (proc(5), statm).
int64_t file_pages() {
  int64_t size = 0, resident = 0, shared = 0;
  std::ifstream("/proc/self/statm") >> size >> resident >> shared;
  return shared;
}

TEST(MappedFile, ReleasedBytesTakeNoMemoryAndAreReadAgain) {
  const TemporaryFolder folder;
  const std::string bytes(size_t{8} << 20, 'x');
  save_atomically(folder / "x", bytes);
  const MappedFile file(folder / "x");
  const auto sum = [&] { return std::accumulate(file.data(), file.data() + file.size(), 0L); };
  const int64_t before = file_pages(), expected = sum(), all = file_pages() - before;
  ASSERT_GT(all, 100);
  file.release(1, file.size() - 2);  // but for the pages at both ends
  EXPECT_LT(file_pages() - before, all / 4);
  EXPECT_EQ(sum(), expected);
  file.release(5, 10);  // no whole page
  EXPECT_EQ(file.data()[7], 'x');
}

TEST(MappedFile, ANamedPipeIsRefusedAndNotWaitedFor) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(MappedFile(folder / "pipe"), IoError);
  EXPECT_THROW(MappedFile("/dev/zero"), IoError);
}

TEST(MappedFileDeathTest, AFileThatIsCutWhileItIsReadEndsTheProcessWithALine) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const TemporaryFolder folder;
  const auto read_after_cut = [&] {
    save_atomically(folder / "big", std::string(100000, 'x'));
    const MappedFile file(folder / "big");
    std::filesystem::resize_file(folder / "big", 0);
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < file.size(); ++i) sum = static_cast<uint8_t>(sum + file.data()[i]);
  };
  EXPECT_EXIT(read_after_cut(), ::testing::ExitedWithCode(1),
              "stl10: error: .*big was cut while it was read .expected 100000 bytes");
}

TEST(File, TextsAreReadAsEverySystemWritesThem) {
  const testing::TemporaryFolder folder;
  save_atomically(folder / "a.txt", "\xEF\xBB\xBFone\r\ntwo\r\n\rthree");
  EXPECT_EQ(read_text(folder / "a.txt"), "one\ntwo\n\rthree");
  save_atomically(folder / "b.txt", "\n");
  EXPECT_EQ(read_text(folder / "b.txt"), "\n");
}

TEST(File, OnlyFilesOfTheirOwnKindAreReplaced) {
  const testing::TemporaryFolder folder;
  const auto check = [&](const char* name) {
    check_replaceable(folder / name, "PNG", "a picture");
  };
  save_atomically(folder / "mine.png", "PNG…");
  save_atomically(folder / "empty", "");
  save_atomically(folder / "train_X.bin", "bytes");
  save_atomically(folder / "short", "PN");
  for (const char* name : {"new", "mine.png", "empty"}) EXPECT_NO_THROW(check(name)) << name;
  for (const char* name : {"train_X.bin", "short", "."})
    EXPECT_THROW(check(name), UsageError) << name;
}

TEST(FolderLock, KeepsOthersOutWhileItLives) {
  const TemporaryFolder folder;
  {
    const FolderLock lock(folder.path());
    try {
      const FolderLock second(folder.path());
      FAIL() << "no error";
    } catch (const Locked& error) {
      EXPECT_EQ(error.exit_code(), 4);
    }
  }
  EXPECT_NO_THROW(FolderLock(folder.path()));
  EXPECT_THROW(FolderLock(folder / "none"), IoError);
}

TEST(LinkAtomically, BothNamesHoldTheBytesUntilOneIsReplaced) {
  const TemporaryFolder folder;
  save_atomically(folder / "best", "first");
  save_atomically(folder / "last", "before");
  EXPECT_TRUE(link_atomically(folder / "best", folder / "last"));
  EXPECT_EQ(read_file(folder / "last"), "first");
  EXPECT_TRUE(link_atomically(folder / "best", folder / "last")) << "again";
  save_atomically(folder / "last", "second");
  EXPECT_EQ(read_file(folder / "best"), "first");
  EXPECT_EQ(read_file(folder / "last"), "second");
  EXPECT_FALSE(std::filesystem::exists(folder / "last.tmp"));
}

TEST(LinkAtomically, WhatCantBeLinkedLeavesTheFormerFile) {
  const TemporaryFolder folder;
  save_atomically(folder / "last", "before");
  EXPECT_FALSE(link_atomically(folder / "missing", folder / "last"));
  EXPECT_EQ(read_file(folder / "last"), "before");
}

}  // namespace
}  // namespace stl10
