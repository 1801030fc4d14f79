#include "stl10/data/writer.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstring>

#include "stl10/base/error.h"
#include "stl10/base/interrupt.h"
#include "stl10/data/dataset.h"
#include "tiny_data.h"

namespace stl10 {
namespace {

using testing::bytes_of;
using testing::expect_says;
using testing::message_of;
using testing::TemporaryFolder;
using testing::write_bytes;
using testing::write_tiny_data;

/// The content of `write_tiny_data`.
NewDataset tiny_content() {
  const auto filled = [](int first) {
    return [first](int64_t index, uint8_t* image) {
      std::memset(image, static_cast<int>(first + index), kImageBytes);
    };
  };
  return {.class_names = {"a", "b", "c"},
          .folds = {{0, 1, 2}, {3, 4, 5}},
          .train = {6, {0, 1, 2, 0, 1, 2}, filled(0)},
          .test = {3, {2, 1, 0}, filled(100)},
          .unlabeled = {4, {}, filled(200)}};
}

size_t entries_of(const std::filesystem::path& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(Writer, MakesTheOfficialLayoutToTheByte) {
  const TemporaryFolder expected, made;
  write_tiny_data(expected.path());
  write_dataset(made / "new/data/", tiny_content());
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(expected.path())) {
    const std::string name = entry.path().filename();
    EXPECT_EQ(bytes_of(made.path() / "new" / "data" / name), bytes_of(entry.path())) << name;
    ++files;
  }
  EXPECT_EQ(files, 7u);
  EXPECT_EQ(entries_of(made / "new/data"), files);
  EXPECT_EQ(entries_of(made / "new"), 1u) << "nothing temporary is left";
}

TEST(Writer, LeavesOutUnlabeledImagesAndFoldsThatAreNotThere) {
  const TemporaryFolder folder;
  NewDataset content = tiny_content();
  content.unlabeled.count = 0;
  content.folds.clear();
  write_dataset(folder / "data", content);
  EXPECT_EQ(entries_of(folder / "data"), 5u);
  EXPECT_TRUE(open_dataset(folder / "data").folds.empty());
}

TEST(Writer, AnEmptyFolderMayBeFilledAndAFullOneIsRefused) {
  const TemporaryFolder folder;
  write_dataset(folder.path(), tiny_content());
  EXPECT_EQ(open_dataset(folder.path()).train.count(), 6);
  write_bytes(folder / "train_y.bin", "kept");
  expect_says(message_of<UsageError>([&] { write_dataset(folder.path(), tiny_content()); }),
              {folder.path().string() + " is not empty"});
  expect_says(
      message_of<UsageError>([&] { write_dataset(folder / "train_y.bin", tiny_content()); }),
      {"train_y.bin is not empty"});
  EXPECT_EQ(bytes_of(folder / "train_y.bin"), "kept");
}

TEST(Writer, AnEmptyFolderIsFilledAndStaysTheSameFolder) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "data");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder / "data");
  write_dataset(".", tiny_content());
  const bool here = std::filesystem::exists("train_X.bin");
  std::filesystem::current_path(before);
  EXPECT_TRUE(here);
  EXPECT_EQ(entries_of(folder / "data"), 7u);
  EXPECT_NO_THROW(open_dataset(folder / "data", {.unlabeled = true}));
}

TEST(Writer, AnInterruptionLeavesNothing) {
  for (const bool exists : {false, true}) {
    const TemporaryFolder folder;
    if (exists) std::filesystem::create_directory(folder / "data");
    NewDataset content = tiny_content();
    content.test.make = [](int64_t index, uint8_t*) {
      if (index == 1) std::raise(SIGINT);
    };
    const InterruptGuard guard;
    EXPECT_THROW(write_dataset(folder / "data", content), Interrupted);
    EXPECT_EQ(entries_of(folder.path()), exists ? 1u : 0u);
    if (exists) {
      EXPECT_EQ(entries_of(folder / "data"), 0u);
    }
  }
}

TEST(Writer, AFailureLeavesNothing) {
  const TemporaryFolder folder;
  NewDataset content = tiny_content();
  content.test.make = [](int64_t, uint8_t*) { throw std::runtime_error("no image"); };
  EXPECT_THROW(write_dataset(folder / "data", content), std::runtime_error);
  EXPECT_EQ(entries_of(folder.path()), 0u);
}

TEST(Writer, RefusesWhatTheReaderWouldRefuse) {
  const TemporaryFolder folder;
  const auto refusal = [&](const auto& change) {
    NewDataset content = tiny_content();
    change(content);
    std::string message = message_of<DataError>([&] { write_dataset(folder / "data", content); });
    EXPECT_EQ(entries_of(folder.path()), 0u) << message;
    return message;
  };
  expect_says(refusal([](NewDataset& d) { d.class_names = {"a"}; }), {"2 to 255"});
  expect_says(refusal([](NewDataset& d) { d.class_names[1] = "a"; }), {"repeats a class"});
  expect_says(refusal([](NewDataset& d) { d.train.labels[4] = 3; }),
              {"train", "0 to 2", "found 3"});
  expect_says(refusal([](NewDataset& d) { d.test.labels[0] = -1; }), {"test", "found -1"});
  expect_says(refusal([](NewDataset& d) { d.train.labels.pop_back(); }), {"6 images and 5 labels"});
  expect_says(refusal([](NewDataset& d) { d.folds[0][0] = 6; }), {"0 to 5", "entry 1: 6"});
  expect_says(refusal([](NewDataset& d) { d.train = {}; }), {"train_X.bin", "found 0 bytes"});
}

TEST(Writer, AFolderThatCannotBeMadeIsRefused) {
  const TemporaryFolder folder;
  write_bytes(folder / "file", "");
  expect_says(message_of<IoError>([&] { write_dataset(folder / "file/data", tiny_content()); }),
              {"cannot create the folder", "file"});
}

}  // namespace
}  // namespace stl10
