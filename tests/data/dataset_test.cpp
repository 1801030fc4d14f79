#include "stl10/data/dataset.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "stl10/base/error.h"
#include "stl10/data/text_files.h"
#include "tiny_data.h"

namespace stl10 {
namespace {

using testing::expect_says;
using testing::message_of;
using testing::plain_images;
using testing::TemporaryFolder;
using testing::write_bytes;
using testing::write_tiny_data;

/// Opens the tiny data after `change` was made to it, and gives back the DataError's message.
template <class Change>
std::string refusal(const Change& change) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  change(folder);
  std::string message =
      message_of<DataError>([&] { open_dataset(folder.path(), {.unlabeled = true}); });
  expect_says(message, {folder.path().string()});
  return message;
}

TEST(Reader, GivesImagesLabelsNamesAndFolds) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  const Dataset data = open_dataset(folder.path(), {.unlabeled = true});
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(data.class_count(), 3);
  EXPECT_EQ(data.train.count(), 6);
  EXPECT_EQ(data.test.count(), 3);
  EXPECT_EQ(data.unlabeled.count(), 4);
  EXPECT_EQ(data.train.labels, (std::vector<int64_t>{0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(data.test.labels, (std::vector<int64_t>{2, 1, 0}));
  EXPECT_TRUE(data.unlabeled.labels.empty());
  EXPECT_EQ(data.folds, (std::vector<std::vector<int64_t>>{{0, 1, 2}, {3, 4, 5}}));
  EXPECT_EQ(data.train.images().image(5)[kImageBytes - 1], 5);
  EXPECT_EQ(data.test.images().image(1)[0], 101);
  EXPECT_EQ(data.unlabeled.images().image(3)[12345], 203);
}

TEST(Reader, ImagesStayInTheOrderOfTheFile) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  std::string image(kImageBytes, '\0');
  image[2 * 96 * 96 + 96 * 10 + 3] = '\7';  // blue, column 10, row 3
  write_bytes(folder / "unlabeled_X.bin", image);
  const Dataset data = open_dataset(folder.path(), {.unlabeled = true});
  EXPECT_EQ(data.unlabeled.images().image(0)[stored_offset(2, 3, 10)], 7);
}

TEST(Reader, OneImageIsEnough) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  write_bytes(folder / "test_X.bin", plain_images(1));
  write_bytes(folder / "test_y.bin", "\1");
  EXPECT_EQ(open_dataset(folder.path()).test.count(), 1);
}

TEST(Reader, OnlyThePartsAskedForAreTouched) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  for (const char* name : {"train_X.bin", "test_y.bin", "fold_indices.txt"}) {
    write_bytes(folder / name, "damaged");
  }
  const Dataset data =
      open_dataset(folder.path(), {.train = false, .test = false, .unlabeled = true});
  EXPECT_EQ(data.unlabeled.count(), 4);
  EXPECT_FALSE(data.train.is_open());
  EXPECT_FALSE(data.test.is_open());
  EXPECT_EQ(data.train.count(), 0);
  EXPECT_TRUE(all_indices(data.train).empty());
  EXPECT_EQ(all_indices(data.unlabeled), (std::vector<int64_t>{0, 1, 2, 3}));
}

TEST(Reader, MissingClassNamesMeanStl10sTen) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  std::filesystem::remove(folder / "class_names.txt");
  const Dataset data = open_dataset(folder.path());
  EXPECT_EQ(data.class_count(), 10);
  EXPECT_EQ(data.class_names.front(), "airplane");
  EXPECT_EQ(data.class_names.back(), "truck");
}

TEST(Reader, MissingFoldsMeanNone) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  std::filesystem::remove(folder / "fold_indices.txt");
  EXPECT_TRUE(open_dataset(folder.path()).folds.empty());
}

TEST(Reader, TwoAndTwoHundredFiftyFiveClassesWork) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  std::string names, labels;
  for (int k = 1; k <= 255; ++k) {
    names += "class " + std::to_string(k) + "\n";
    labels += static_cast<char>(k);
  }
  write_bytes(folder / "class_names.txt", names);
  write_bytes(folder / "test_X.bin", plain_images(255));
  write_bytes(folder / "test_y.bin", labels);
  EXPECT_EQ(open_dataset(folder.path()).test.labels.back(), 254);
  write_bytes(folder / "class_names.txt", "class 1\nclass 2\n");
  write_bytes(folder / "test_X.bin", plain_images(2));
  write_bytes(folder / "test_y.bin", "\1\2");
  EXPECT_EQ(open_dataset(folder.path(), {.train = false}).class_count(), 2);
}

TEST(Reader, HundredThousandUnlabeledImagesCostNoHeap) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  std::filesystem::resize_file(folder / "unlabeled_X.bin", 100000ull * kImageBytes);  // sparse
  const struct mallinfo2 before = ::mallinfo2();
  const Dataset data = open_dataset(folder.path(), {.unlabeled = true});
  const struct mallinfo2 after = ::mallinfo2();
  EXPECT_EQ(data.unlabeled.count(), 100000);
  EXPECT_EQ(data.unlabeled.images().image(99999)[kImageBytes - 1], 0);
  EXPECT_LT(after.uordblks + after.hblkhd, before.uordblks + before.hblkhd + 65536);
}

TEST(Reader, MissingFoldersAndFilesNameTheWaysOn) {
  const TemporaryFolder folder;
  const std::string missing = (folder / "nowhere").string();
  expect_says(message_of<DataError>([&] { open_dataset(missing); }),
              {missing + " is missing", "stl10 data download --output " + missing,
               "stl10 data toy --output " + missing});
  for (const std::string name :
       {"train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin", "unlabeled_X.bin"}) {
    expect_says(refusal([&](const TemporaryFolder& f) { std::filesystem::remove(f / name); }),
                {name + " is missing", "stl10 data download", "stl10 data toy"});
  }
}

TEST(Reader, EmptyFilesAreRefused) {
  for (const std::string name : {"train_X.bin", "test_y.bin", "unlabeled_X.bin"}) {
    expect_says(refusal([&](const TemporaryFolder& f) { write_bytes(f / name, ""); }),
                {name, "found 0 bytes"});
  }
  expect_says(refusal([](const TemporaryFolder& f) { write_bytes(f / "class_names.txt", ""); }),
              {"class_names.txt", "expected 2 to 255", "found 0"});
  expect_says(refusal([](const TemporaryFolder& f) { write_bytes(f / "fold_indices.txt", ""); }),
              {"line 1 of", "fold_indices.txt", "found nothing"});
}

TEST(Reader, TruncatedImagesAreRefusedWithBothSizes) {
  for (const std::string name : {"train_X.bin", "test_X.bin", "unlabeled_X.bin"}) {
    const auto cut = [&](const TemporaryFolder& f) {
      std::filesystem::resize_file(f / name, std::filesystem::file_size(f / name) - 1);
    };
    expect_says(refusal(cut), {name, "27648 bytes an image", " images, found "});
  }
  expect_says(refusal([](const TemporaryFolder& f) {
                std::filesystem::resize_file(f / "train_X.bin", 6 * 27648 - 1);
              }),
              {"165888 bytes for 6 images", "found 165887 bytes"});
}

TEST(Reader, OneByteTooManyIsRefusedWithBothSizes) {
  expect_says(refusal([](const TemporaryFolder& f) {
                std::filesystem::resize_file(f / "test_X.bin", 3 * 27648 + 1);
              }),
              {"82944 bytes for 3 images", "found 82945 bytes"});
  expect_says(refusal([](const TemporaryFolder& f) { write_bytes(f / "unlabeled_X.bin", "x"); }),
              {"expected 27648 bytes an image, found 1 bytes"});
}

TEST(Reader, CountsThatDontAgreeAreRefusedWithBoth) {
  expect_says(
      refusal([](const TemporaryFolder& f) { write_bytes(f / "train_y.bin", "\1\2\3\1\2"); }),
      {"train_X.bin and train_y.bin", "6 images and 5 labels"});
  expect_says(refusal([](const TemporaryFolder& f) { write_bytes(f / "test_y.bin", "\1\2\3\1"); }),
              {"test_X.bin and test_y.bin", "3 images and 4 labels"});
}

TEST(Reader, LabelsOutOfRangeAreRefusedWithIndexAndValue) {
  const std::vector<std::pair<char, std::string>> cases = {
      {'\0', "0"}, {'\4', "4"}, {'\377', "255"}};
  for (const auto& [label, value] : cases) {
    const std::string labels = std::string("\1\2\3\1") + label + "\3";
    expect_says(refusal([&](const TemporaryFolder& f) { write_bytes(f / "train_y.bin", labels); }),
                {"train_y.bin", "labels 1 to 3", "found " + value + " for image 4"});
  }
}

TEST(Reader, FilesInPlaceOfFoldersAndFoldersInPlaceOfFilesAreRefused) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  expect_says(message_of<DataError>([&] { open_dataset(folder / "train_X.bin"); }),
              {"train_X.bin", "expected a folder", "found a file"});
  for (const std::string name :
       {"train_X.bin", "test_y.bin", "class_names.txt", "fold_indices.txt"}) {
    std::filesystem::rename(folder / name, folder / "kept");
    std::filesystem::create_directory(folder / name);
    expect_says(message_of<IoError>([&] { open_dataset(folder.path()); }),
                {(folder / name).string(), "expected a file", "found a folder"});
    std::filesystem::remove(folder / name);
    std::filesystem::rename(folder / "kept", folder / name);
  }
}

TEST(Reader, UnreadableFilesAreRefusedWithTheReason) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  std::filesystem::remove(folder / "test_y.bin");
  std::filesystem::create_symlink("test_y.bin", folder / "test_y.bin");  // points at itself
  expect_says(message_of<IoError>([&] { open_dataset(folder.path()); }),
              {(folder / "test_y.bin").string(), "symbolic links"});
}

TEST(Reader, FilesWithoutPermissionAreRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  std::filesystem::permissions(folder / "train_X.bin", std::filesystem::perms::none);
  expect_says(message_of<IoError>([&] { open_dataset(folder.path()); }),
              {(folder / "train_X.bin").string(), "Permission denied"});
}

TEST(ReaderPhotos, RealFilesOpenWithTheirCounts) {
  const char* folder = std::getenv("STL10_REAL_DATA");
  if (folder == nullptr) GTEST_SKIP() << "STL10_REAL_DATA is not set";
  const Dataset data = open_dataset(folder, {.unlabeled = true});
  EXPECT_EQ(data.class_names, stl10_class_names());
  EXPECT_GT(data.unlabeled.count(), data.train.count());
  std::vector<int64_t> counts(10);
  for (const int64_t label : data.train.labels) ++counts.at(static_cast<size_t>(label));
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), int64_t{0}), data.train.count());
  for (const int64_t count : counts)
    EXPECT_NEAR(static_cast<double>(count), data.train.count() / 10.0, 30);
  EXPECT_EQ(data.folds.size(), 10u);
  for (const auto& fold : data.folds) {
    EXPECT_EQ(fold.size(), data.folds[0].size());
    EXPECT_GT(*std::max_element(fold.begin(), fold.end()), 255);
  }
}

}  // namespace
}  // namespace stl10
