#include "stl10/data/copies.h"

#include <gtest/gtest.h>

#include "stl10/base/error.h"
#include "tiny_data.h"

namespace stl10 {
namespace {

using testing::expect_says;
using testing::message_of;
using testing::plain_images;
using testing::TemporaryFolder;
using testing::write_bytes;
using testing::write_tiny_data;

ImageView view_of(const std::string& bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()),
          static_cast<int64_t>(bytes.size() / kImageBytes)};
}

TEST(Copies, AreEqualInEveryByte) {
  // Images of the values 3, 4, 5, 6, then 4 again and one that differs from it in its last byte.
  std::string images = plain_images(4, 3) + plain_images(1, 4) + plain_images(1, 4);
  images.back() = 5;
  const std::string others = plain_images(2, 4);
  EXPECT_EQ(copies_of(view_of(images), view_of(others)), (std::vector<int64_t>{1, 2, 4}));
  EXPECT_EQ(copies_of(view_of(others), view_of(images)), (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(copies_and_originals(view_of(others), view_of(images)),
            (std::vector<ImageCopy>{{0, 1}, {1, 2}}));
}

TEST(Copies, AreFoundBehindAnImageThatLooksAlike) {
  std::string others = plain_images(1, 9) + plain_images(1, 9);
  others[0] = 8;
  EXPECT_EQ(copies_of(view_of(plain_images(1, 9)), view_of(others)), (std::vector<int64_t>{0}));
}

TEST(Copies, NoneAreAmongNone) {
  const std::string images = plain_images(2);
  EXPECT_TRUE(copies_of({}, view_of(images)).empty());
  EXPECT_TRUE(copies_of(view_of(images), {}).empty());
}

TEST(CopiesOfTest, AreFoundWhereTheTestImagesAreNotOpen) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  // The values 200, 101, 202, 102; test images have 100, 101, 102.
  write_bytes(folder / "unlabeled_X.bin", plain_images(1, 200) + plain_images(1, 101) +
                                              plain_images(1, 202) + plain_images(1, 102));
  write_bytes(folder / "test_y.bin", "damaged");  // labels are not needed
  const Dataset closed = open_dataset(folder.path(), {.test = false, .unlabeled = true});
  EXPECT_EQ(unlabeled_copies_of_test(closed), (std::vector<int64_t>{1, 3}));
  write_bytes(folder / "test_y.bin", "\3\2\1");
  const Dataset open = open_dataset(folder.path(), {.unlabeled = true});
  EXPECT_EQ(unlabeled_copies_of_test(open), (std::vector<int64_t>{1, 3}));
}

TEST(CopiesOfTest, NeedTestImagesOnlyWhereTheyAreLeftOut) {
  const TemporaryFolder folder;
  write_tiny_data(folder.path());
  std::filesystem::remove(folder / "test_X.bin");
  const Dataset data = open_dataset(folder.path(), {.test = false, .unlabeled = true});
  EXPECT_EQ(unlabeled_copies_of_test(data), std::nullopt);
  expect_says(message_of<DataError>([&] { unlabeled_copies_of_test(data, "leaving out --this"); }),
              {"test_X.bin is missing", "leaving out --this"});
  write_bytes(folder / "test_X.bin", "damaged");
  expect_says(message_of<DataError>([&] { unlabeled_copies_of_test(data); }), {"test_X.bin"});
}

}  // namespace
}  // namespace stl10
