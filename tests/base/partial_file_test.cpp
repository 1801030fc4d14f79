#include "stl10/base/partial_file.h"

#include <gtest/gtest.h>

#include "data/tiny_data.h"
#include "stl10/base/disk_space.h"
#include "stl10/base/error.h"

namespace stl10 {
namespace {

using testing::bytes_of;
using testing::expect_says;
using testing::message_of;
using testing::TemporaryFolder;

TEST(PartialFile, GrowsOverSeveralLives) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "new/file.part";
  PartialFile(path).append("begun, ", 7);
  {
    PartialFile file(path);
    EXPECT_EQ(file.size(), 7);
    file.append("and goes on", 11);
    file.cut(10);
    file.append("!", 1);
  }
  EXPECT_EQ(bytes_of(path), "begun, and!");
}

TEST(PartialFile, NothingLeavesNoFile) {
  const TemporaryFolder folder;
  PartialFile(folder / "a").cut(0);
  PartialFile second(folder / "b");
  second.append("x", 1);
  second.cut(0);
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
}

TEST(PartialFile, OneAtATime) {
  const TemporaryFolder folder;
  const PartialFile first(folder / "a");
  expect_says(message_of<Locked>([&] { const PartialFile second(folder / "a"); }),
              {"another stl10", (folder / "a").string()});
}

TEST(PartialFile, FoldersAndFullDisksAreErrors) {
  const TemporaryFolder folder;
  EXPECT_THROW(PartialFile{folder.path()}, IoError);
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  expect_says(message_of<IoError>([] { const PartialFile file("/dev/full"); }),
              {"a file, found something else"});
}

TEST(DiskSpace, IsCheckedWhereAFileWillBe) {
  const TemporaryFolder folder;
  EXPECT_EQ(existing_folder(folder / "a/b/c"), folder.path());
  EXPECT_GT(free_bytes(folder / "a/b"), 0);
  check_space(folder / "a/b", 1, "a byte");
  expect_says(message_of<IoError>([&] { check_space(folder / "a", int64_t{1} << 60, "the moon"); }),
              {"no room for the moon at " + (folder / "a").string(), "1048576 TiB"});
}

TEST(DiskSpace, SizesForPeople) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(2640397119), "2.5 GiB");
}

}  // namespace
}  // namespace stl10
