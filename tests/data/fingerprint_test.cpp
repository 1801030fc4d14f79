#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "stl10/data/dataset.h"
#include "tiny_data.h"

namespace stl10 {
namespace {

using testing::plain_images;
using testing::TemporaryFolder;
using testing::write_bytes;
using testing::write_tiny_data;

const Parts kAllParts = {.unlabeled = true};

std::string tiny_fingerprint(const std::string& name = "", const std::string& bytes = "") {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  if (!name.empty()) write_bytes(folder / name, bytes);
  return fingerprint(open_dataset(folder.path(), kAllParts));
}

TEST(Fingerprint, IsTheSameForTheSameContentElsewhere) {
  EXPECT_EQ(tiny_fingerprint(), tiny_fingerprint());
}

TEST(Fingerprint, HasOneHashForEachOpenPart) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  const std::string all = fingerprint(open_dataset(folder.path(), kAllParts));
  const std::string labeled = fingerprint(open_dataset(folder.path()));
  const size_t hash = 16;
  EXPECT_EQ(all.size(), std::string("train: test: unlabeled:").size() + 3 * hash);
  EXPECT_TRUE(all.starts_with(labeled + " unlabeled:")) << all;
  EXPECT_EQ(fingerprint({}), "");
}

TEST(Fingerprint, ChangesWithEveryFile) {
  std::string last_pixel = plain_images(6), test_pixel = plain_images(3, 100);
  std::string unlabeled_pixel = plain_images(4, 200);
  last_pixel.back() ^= 1;
  test_pixel[0] ^= 1;
  unlabeled_pixel[2 * kImageBytes] ^= 1;
  const std::set<std::string> different = {
      tiny_fingerprint(),
      tiny_fingerprint("class_names.txt", "a\nb\nd\n"),
      tiny_fingerprint("train_y.bin", "\1\2\3\1\3\2"),
      tiny_fingerprint("test_y.bin", "\3\2\2"),
      tiny_fingerprint("fold_indices.txt", "0 1\n2 3 4 5\n"),
      tiny_fingerprint("train_X.bin", last_pixel),
      tiny_fingerprint("test_X.bin", test_pixel),
      tiny_fingerprint("unlabeled_X.bin", unlabeled_pixel),
      tiny_fingerprint("unlabeled_X.bin", plain_images(5, 200)),
  };
  EXPECT_EQ(different.size(), 9u);
}

TEST(Fingerprint, SamplesTheFirstAndTheLastOfManyImages) {
  std::set<std::string> different = {tiny_fingerprint("unlabeled_X.bin", plain_images(100))};
  for (const size_t changed : {size_t{0}, size_t{100} * kImageBytes - 1}) {
    std::string images = plain_images(100);
    images[changed] ^= 1;
    different.insert(tiny_fingerprint("unlabeled_X.bin", images));
  }
  EXPECT_EQ(different.size(), 3u);
}

TEST(Fingerprint, CountsImagesThatAreAllAlike) {
  EXPECT_NE(tiny_fingerprint("unlabeled_X.bin", std::string(100 * kImageBytes, 'x')),
            tiny_fingerprint("unlabeled_X.bin", std::string(120 * kImageBytes, 'x')));
}

TEST(Fingerprint, OneImageIsEnough) {
  EXPECT_NE(tiny_fingerprint("unlabeled_X.bin", plain_images(1)), tiny_fingerprint());
}

// Computed in Python from the same files. The training and test images there are lossless copies,
// so they are the same wherever the photographs were unpacked.
TEST(FingerprintPhotos, IsTheOneThatPythonComputes) {
  const char* folder = std::getenv("STL10_REAL_DATA");
  if (folder == nullptr) GTEST_SKIP() << "STL10_REAL_DATA is not set";
  EXPECT_EQ(fingerprint(open_dataset(folder)), "train:ad9897d78917d166 test:24bf7f0ef53ec021");
}

}  // namespace
}  // namespace stl10
